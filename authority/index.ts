// What other folders may use of the authority.
export { AUTHORITY_CODES } from './codes.ts'
export { type AuthorityConfig, authorityConfig } from './config.ts'
export { enrolmentAnswer } from './enrolment.ts'
export type { InviteInput } from './invite.ts'
export { KEYSET_DAYS } from './keyset/change.ts'
export {
  addSignature,
  draftText,
  type KeysetFile,
  missingSignatures,
  readKeyset,
  rootInForce,
  signedText,
  signersOf,
} from './keyset/file.ts'
export { keysetTime } from './keyset/reminder.ts'
export { createRoot, openRoot, soleRoot } from './keyset/root.ts'
export {
  currentKeyset,
  publishKeyset,
  renewKeyset,
  revokeKey,
  rotateEngineKey,
  rotateRoot,
} from './keyset/tools.ts'
export { makeProviderKeys } from './make-provider.ts'
export { Provider } from './provider.ts'
