// What comes back when missed signals are asked for: the tokens as they were, or what somebody made of them.
import type { SignedSignal } from '../executor/core/execution/inputs.ts'
import { type Signal, signalTopic, verify } from '../protocol/index.ts'
import { NORTH_SIGNER } from './keys.ts'

/** As the shell opens it. Throws for what the engine itself has not signed. */
export function openStored({ iss, plan, iat }: Signal, token: string): SignedSignal {
  const topic = signalTopic(iss, plan)
  const asked = { audience: 'executors', now: iat, topic, history: true } as const
  const verified = verify(token, NORTH_SIGNER.keyring, { kinds: ['signal'], ...asked })
  if (!verified.ok) throw new Error(`a stored signal does not open: ${verified.message}`)
  const { kid, claims, hash } = verified
  return { kid, claims, hash }
}

/** Signed by whoever has the key, and of no chain. */
export function forged({ kid, claims, hash }: SignedSignal): SignedSignal {
  const all = { unit: 'percent', value: '100' } as const
  const exit = { ...claims, kind: 'exit', side: 'sell', type: 'market', size: all } as const
  return { kid, claims: exit, hash: `${hash.slice(1)}A` }
}
