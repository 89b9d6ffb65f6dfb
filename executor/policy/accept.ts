// Whether a policy file is the one the trader accepted at the device.
import { hashText } from '@keyside/protocol'
import { type LoadedPolicy, loadPolicy } from './load.ts'

/** SHA-256 of the file's text, base64url. The caller keeps the accepted one where the file's editor cannot reach. */
export function policyHash(text: string): string {
  return hashText(text)
}

/** The policy, if `accepted` (null for none) is its hash. An older file is no better than a forged one. */
export function acceptedPolicy(text: string, accepted: string | null): LoadedPolicy {
  const loaded = loadPolicy(text)
  if (!loaded.ok || policyHash(text) === accepted) return loaded
  const message =
    accepted === null
      ? 'no policy was accepted yet: read it with keyside policy show, then run keyside policy accept'
      : 'policy.yaml is not the one you accepted: look at the changes with keyside policy check, then run keyside policy accept or put the old file back'
  return { ok: false, code: 'policy_not_accepted', line: 1, message }
}
