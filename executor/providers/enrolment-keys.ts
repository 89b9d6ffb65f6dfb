// The key of an enrolment, in the keychain: made before it is asked for, and the provider's once that was answered.
import type { SigningKey } from '@keyside/protocol'

export interface EnrolmentKeys {
  /** The one that was made for this invitation before, or a new one. */
  make(invitation: string): Promise<SigningKey>
  /** From now on it is the key for this provider. */
  keep(provider: string, invitation: string): Promise<void>
  forget(invitation: string): Promise<void>
}
