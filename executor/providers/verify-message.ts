// From an MQTT message to an input of the core: who may say what on which topic is decided here.
import { type Keyring, keyring, type PublicKey, verify } from '@keyside/protocol'
import type { Input } from '../core/execution/inputs.ts'
import { sentenceOf } from '../core/model/codes.ts'

export interface Message {
  readonly topic: string
  readonly token: string
  readonly retained: boolean
  /** Unix ms. */
  readonly now: number
}

/** Whoever signs signals and heads that arrive over one link. */
export interface TrustedProvider {
  /** The device's own name for it. */
  readonly name: string
  readonly keyring: Keyring
}

/** Of an engine whose key is pinned by hand. */
export function engineKeyring(issuer: string, key: PublicKey): Keyring {
  return keyring([{ key, issuer, kinds: ['signal', 'head', 'alert'] }])
}

export function botKeyring(issuer: string, key: PublicKey): Keyring {
  return keyring([{ key, issuer, kinds: ['command', 'approval'] }])
}

/** Each link has a keyring of its own: a command that arrives with the signals has no key there that fits. */
export function verifyFromProvider(
  { name, keyring }: TrustedProvider,
  { topic, token, retained, now }: Message,
): Input {
  const verified = verify(token, keyring, {
    kinds: ['signal', 'head', 'alert'],
    audience: 'executors',
    now: now / 1000,
    topic,
  })
  const refuse = (code: string, message: string): Input => {
    return { ...invalidMessage(code, message, topic), provider: name }
  }
  if (!verified.ok) return refuse(verified.code, verified.message)
  const { kid, hash } = verified
  if (verified.kind === 'head')
    return { type: 'head', provider: name, kid, claims: verified.claims }
  // A retained signal is stale, and would be replayed to every new subscriber.
  if (retained) return refuse('retained_signal', sentenceOf('retained_signal'))
  if (verified.kind === 'alert')
    return { type: 'alert', provider: name, kid, claims: verified.claims }
  return { type: 'signal', provider: name, kid, claims: verified.claims, hash }
}

export function verifyFromBot(
  keyring: Keyring,
  device: string,
  { topic, token, retained, now }: Message,
): Input {
  const verified = verify(token, keyring, {
    kinds: ['command', 'approval'],
    audience: device,
    now: now / 1000,
    topic,
  })
  // As of a bot that was paired while this process ran, or that was there before.
  if (!verified.ok && verified.code === 'header_not_pinned')
    return invalidMessage('bot_not_paired', sentenceOf('bot_not_paired'), topic)
  if (!verified.ok) return invalidMessage(verified.code, verified.message, topic)
  if (retained) return invalidMessage('retained_signal', sentenceOf('retained_signal'), topic)
  return verified.kind === 'command'
    ? { type: 'command', claims: verified.claims }
    : { type: 'approval', claims: verified.claims }
}

function invalidMessage(code: string, message: string, topic: string) {
  return { type: 'invalid_message', code, message, topic } as const
}
