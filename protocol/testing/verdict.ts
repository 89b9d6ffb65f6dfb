// What the two verifiers say of a signature: the portable one and OpenSSL must say the same.
import { encodeBase64url } from '../base64url.ts'
import { enrolKey, portablePublicKey } from '../keys.ts'
import { publicKey } from '../node.ts'

export type Verdict = 'accepted' | 'refused' | 'key refused' | 'they differ'

export function verdictOn(key: Uint8Array, signature: Uint8Array, message: Uint8Array): Verdict {
  const text = encodeBase64url(key)
  if (!enrolKey(text).ok) return 'key refused'
  const portable = portablePublicKey(text).verify(message, signature)
  const onOpenSsl = publicKey(text).verify(message, signature)
  if (portable !== onOpenSsl) return 'they differ'
  return portable ? 'accepted' : 'refused'
}
