// From an MQTT message to an input of the core: who may say what on which topic is decided here.
import { type Keyring, keyring, open, type PublicKey } from '@keyside/protocol'
import type { Input } from './core/execution/inputs.ts'
import { sentenceOf } from './core/model/codes.ts'

export interface Voices {
  readonly engine: { readonly id: string; readonly key: PublicKey }
  readonly bot: { readonly id: string; readonly key: PublicKey }
}

export interface Message {
  readonly topic: string
  readonly token: string
  readonly retained: boolean
  /** Unix ms. */
  readonly now: number
}

/** One ring for each link: a command that arrives with the signals has no key there that fits. */
export interface Rings {
  readonly signals: Keyring
  readonly home: Keyring
}

export function ringsOf({ engine, bot }: Voices): Rings {
  return {
    signals: keyring([{ key: engine.key, issuer: engine.id, kinds: ['signal', 'head'] }]),
    home: keyring([{ key: bot.key, issuer: bot.id, kinds: ['command', 'approval'] }]),
  }
}

export function openFromEngine(rings: Rings, { topic, token, retained, now }: Message): Input {
  const opened = open(token, rings.signals, {
    kinds: ['signal', 'head'],
    audience: 'executors',
    now: now / 1000,
    topic,
  })
  if (!opened.ok) return garbage(opened.code, opened.message, topic)
  if (opened.kind === 'head') return { type: 'head', claims: opened.claims }
  // A retained signal is stale, and would be replayed to every new subscriber.
  if (retained) return garbage('retained_signal', sentenceOf('retained_signal'), topic)
  return { type: 'signal', claims: opened.claims, hash: opened.hash }
}

export function openFromBot(
  rings: Rings,
  device: string,
  { topic, token, retained, now }: Message,
): Input {
  const opened = open(token, rings.home, {
    kinds: ['command', 'approval'],
    audience: device,
    now: now / 1000,
    topic,
  })
  if (!opened.ok) return garbage(opened.code, opened.message, topic)
  if (retained) return garbage('retained_signal', sentenceOf('retained_signal'), topic)
  return opened.kind === 'command'
    ? { type: 'command', claims: opened.claims }
    : { type: 'approval', claims: opened.claims }
}

function garbage(code: string, message: string, topic: string): Input {
  return { type: 'garbage', code, message, topic }
}
