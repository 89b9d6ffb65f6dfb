// The messages on the wire, and the only way to sign and verify them.

export { decodeBase64url, encodeBase64url } from './base64url.ts'
export type { Access } from './claims/access.ts'
export { type Address, address } from './claims/address.ts'
export type { Alert } from './claims/alert.ts'
export type { Answer } from './claims/answer.ts'
export type { Approval } from './claims/approval.ts'
export type { Command, Instruction } from './claims/command.ts'
export {
  currency,
  digest,
  HOME,
  id,
  market,
  numericDate,
  seconds,
  singleLine,
  stream,
  tradedMarket,
} from './claims/common.ts'
export {
  type Decimal,
  decimal,
  isDecimal,
  isTotal,
  positiveDecimal,
  TOTAL_DIGITS,
  toDecimal,
  toTotal,
  WIRE_PLACES,
} from './claims/decimal.ts'
export { type EnrollAnswer, MAX_PLANS } from './claims/enroll.ts'
export { type Head, type HeadRow, MAX_STREAMS } from './claims/head.ts'
export type { Intent, IntentResult } from './claims/intent.ts'
export type { Keyset, Root } from './claims/keyset.ts'
export {
  ORDER_STATUSES,
  type OrderStatus,
  type OrderView,
  type SaleResult,
  type TradingState,
} from './claims/order.ts'
export type { Presence } from './claims/presence.ts'
export type { Threshold } from './claims/price-alert.ts'
export type { ApprovalNeeded, Report, ReportEvent } from './claims/report.ts'
export type { ProviderRequest, ProviderResponse } from './claims/request.ts'
export type { Curve, ResultRow, SaleRow } from './claims/results.ts'
export type { Signal } from './claims/signal.ts'
export { fitsRequest } from './claims/strategies.ts'
export {
  ENROLL_CODES,
  INVITATION_CODES,
  KEY_CODES,
  KEYSET_CODES,
  VERIFY_CODES,
  type VerifyCode,
} from './codes.ts'
export { enrollMac, verifyEnroll } from './enrolment.ts'
export { GENESIS, hashText } from './hash.ts'
export {
  deriveInvitation,
  formatInvitation,
  type Invitation,
  joinClient,
  joinedInvitation,
  parseInvitation,
} from './invitation.ts'
export { headerSegment, type Keyring, keyring, keysetKeyring } from './keyring.ts'
export { enrolKey, type PublicKey, type SigningKey, thumbprint } from './keys.ts'
export {
  type RefusedKeyset,
  rootFingerprint,
  type VerifiedKeyset,
  verifyKeyset,
  wireVersion,
} from './keyset.ts'
export { type Claims, KINDS } from './kinds.ts'
export { isLoopback } from './loopback.ts'
export { readOwnClaims } from './read.ts'
export { sign } from './sign.ts'
export { isTrial, shownStream, streamName, TRIAL_PLAN, TRIAL_PREFIX } from './stream-name.ts'
export {
  commandTopic,
  enrollAnswerTopic,
  enrollTopic,
  FROM_SUBSCRIBERS,
  headTopic,
  intentTopic,
  keysetTopic,
  presenceTopic,
  RETAINED,
  reportTopic,
  requestTopic,
  responseTopic,
  resultTopic,
  signalTopic,
  WIRE_VERSIONS,
} from './topics.ts'
export { CLOCK_SKEW, type Verified, verify } from './verify.ts'
