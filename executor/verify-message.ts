// From an MQTT message to an input of the core: who may say what on which topic is decided here.
import { type Keyring, keyring, type PublicKey, verify } from '@keyside/protocol'
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

export function verifyFromEngine(rings: Rings, { topic, token, retained, now }: Message): Input {
  const verified = verify(token, rings.signals, {
    kinds: ['signal', 'head'],
    audience: 'executors',
    now: now / 1000,
    topic,
  })
  if (!verified.ok) return invalidMessage(verified.code, verified.message, topic)
  if (verified.kind === 'head') return { type: 'head', claims: verified.claims }
  // A retained signal is stale, and would be replayed to every new subscriber.
  if (retained) return invalidMessage('retained_signal', sentenceOf('retained_signal'), topic)
  return { type: 'signal', claims: verified.claims, hash: verified.hash }
}

export function verifyFromBot(
  rings: Rings,
  device: string,
  { topic, token, retained, now }: Message,
): Input {
  const verified = verify(token, rings.home, {
    kinds: ['command', 'approval'],
    audience: device,
    now: now / 1000,
    topic,
  })
  if (!verified.ok) return invalidMessage(verified.code, verified.message, topic)
  if (retained) return invalidMessage('retained_signal', sentenceOf('retained_signal'), topic)
  return verified.kind === 'command'
    ? { type: 'command', claims: verified.claims }
    : { type: 'approval', claims: verified.claims }
}

function invalidMessage(code: string, message: string, topic: string): Input {
  return { type: 'invalid_message', code, message, topic }
}
