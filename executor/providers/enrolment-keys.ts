// The key of an enrolment, in the keychain: made before it is asked for, and the provider's once that was answered.
import type { Invitation, SigningKey } from '@keyside/protocol'

/** A provider chooses its invitations' ids, and may choose one of another's. */
export type Enrolment = Pick<Invitation, 'id' | 'root'>

export interface EnrolmentKeys {
  /** The one that was made for this invitation before, or a new one. */
  make(enrolment: Enrolment): Promise<SigningKey>
  /** From now on it is the key for this provider. */
  keep(provider: string, enrolment: Enrolment): Promise<void>
  forget(enrolment: Enrolment): Promise<void>
}
