// What a client with an invitation may do: hand in one enrolment, hear its answer, and read the keyset. Nothing else.
import { enrollAnswerTopic, enrollTopic, joinClient, keysetTopic } from '@keyside/protocol'
import type { Invitation } from './access-list.ts'
import type { Rights } from './session.ts'

export function invitationRights(invitation: Invitation): Rights {
  const { id, provider, until } = invitation
  const acl = {
    publish: [enrollTopic(provider, id)],
    subscribe: [enrollAnswerTopic(provider, id), keysetTopic(provider)],
  }
  return { client: joinClient(id), acl, expires: until, grant: { type: 'invitation', invitation } }
}
