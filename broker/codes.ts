// All codes of the broker: why it does not start, or refuses a client or a message.

/** Reasons not to start; thrown as a KeysideError. */
const START_CODES = [
  'broker_port_taken',
  'broker_address_unusable',
  'broker_self_test_failed',
  'broker_access_list_broken',
  'broker_certificate_broken',
] as const

/** Reasons to refuse a client or a message; logged. A refused token keeps its own code. */
const REFUSAL_CODES = [
  'broker_files_few',
  'connection_displaced',
  'connections_pending_full',
  'connections_full',
  'connections_full_for_address',
  'connect_protocol',
  'connect_session_kept',
  'connect_keepalive',
  'connect_client_id',
  'connect_without_token',
  'connect_other_client',
  'connect_invitation_unknown',
  'connect_invitation_over',
  'connect_will',
  'client_taken_over',
  'client_take_overs_full',
  'client_unknown',
  'client_refused',
  'connection_broken',
  'topic_malformed',
  'topic_too_deep',
  'topic_not_allowed',
  'qos_not_allowed',
  'retain_not_allowed',
  'retained_full',
  'requests_too_many',
  'packet_malformed',
  'subscriptions_full',
] as const

export const BROKER_CODES = [...START_CODES, ...REFUSAL_CODES] as const

export type StartCode = (typeof START_CODES)[number]
export type RefusalCode = (typeof REFUSAL_CODES)[number]
