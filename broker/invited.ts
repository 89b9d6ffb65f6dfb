// What who follows an invitation may do: hand in one enrolment, hear its answer, and read the keyset. Nothing else.
import { enrollAnswerTopic, enrollTopic, keysetTopic } from '@keyside/protocol'
import type { Invitation } from './access-list.ts'
import type { Rights } from './session.ts'

const PREFIX = 'join-'

/** The invitation that a client id names, or null: it is a client with an access token. */
export function invitationOf(clientId: string): string | null {
  return clientId.startsWith(PREFIX) ? clientId.slice(PREFIX.length) : null
}

export function invitationRights(invitation: Invitation): Rights {
  const { id, provider, until } = invitation
  const acl = {
    publish: [enrollTopic(provider, id)],
    subscribe: [enrollAnswerTopic(provider, id), keysetTopic(provider)],
  }
  return { client: PREFIX + id, acl, expires: until, grant: { type: 'invitation', invitation } }
}
