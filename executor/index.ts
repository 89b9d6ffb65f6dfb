// What other folders may use of the executor.

export { type Adjustment, prepareAdjustment } from './adjust.ts'
export { codeUri, spellSecret, stepOfCode } from './authenticator.ts'
export { type ExecutorConfig, executorConfig } from './config.ts'
export { EXECUTOR_CODES, sentenceOf } from './core/model/codes.ts'
export { type KeyRights, REJECTION_CODES } from './core/model/exchange.ts'
export { AGE_DAYS, type KeyWarning, keyWarnings } from './core/model/key-warnings.ts'
export type { ProviderStatus } from './core/model/provider.ts'
export { PLAN_CODES } from './core/risk/plan/result.ts'
export { type DailyBound, dailyBound, printBound } from './core/risk/policy/bound.ts'
export { DEFAULT_POLICY } from './core/risk/policy/default.ts'
export { settings } from './core/risk/policy/settings.ts'
export { RULES } from './core/risk/rules/check.ts'
export { askForUnhalt, type HaltAnswer, readAnswer, unhaltFile } from './halt-file.ts'
export { askForHalt, haltFile } from './halt-request.ts'
export { paperInJournal } from './journal/account.ts'
export { JOURNAL_FILE } from './journal/database.ts'
export { eventText } from './journal/event-text.ts'
export { explain } from './journal/explain.ts'
export { holdForMove, prepareRestored } from './journal/moved-home.ts'
export { statusInJournal } from './journal/providers.ts'
export { type JournalEntry, newestEvents, readJournal, verifyJournal } from './journal/read.ts'
export { readResults } from './journal/results.ts'
export { readSignalHistories } from './journal/signal-history.ts'
export { journalSummary } from './journal/summary.ts'
export { TABLE_COLUMNS, tableRows } from './journal/table.ts'
export { askToTakeKey, readKeyAnswer, withdrawKeyRequest } from './key-requests.ts'
export { KEYCHAIN_CODES } from './keychain/codes.ts'
export { openKeychain, vaultFile } from './keychain/open.ts'
export { openOsKeychain } from './keychain/os.ts'
export type { Keychain } from './keychain/port.ts'
export { enrolmentKeys, removeProviderKey } from './keychain/provider-keys.ts'
export {
  CODE_SECRET_BYTES,
  codeSecret,
  deviceSecrets,
  type ExchangeKeys,
  exchangeAccounts,
  exchangeKeys,
  keepCodeSecret,
  keepExchangeKeys,
  makeDeviceSecrets,
  removeCodeSecret,
  removeExchangeKeys,
  requireExchangeKeys,
} from './keychain/secrets.ts'
export { POLICY_CODES } from './policy/load.ts'
export {
  acceptLoosening,
  dropLoosening,
  type NumberedRequest,
  policyWithLoosening,
  waitingRequests,
} from './policy/loosening-requests.ts'
export {
  acceptPolicy,
  followedPolicy,
  type PolicyState,
  policyState,
} from './policy/policy-file.ts'
export { type OfferedStream, type Proposal, proposeStreams } from './policy/propose.ts'
export { markOf } from './process-mark.ts'
export { type Followed, followOffer, type Offer, readOffer } from './providers/follow.ts'
export {
  markRemoved,
  providerNames,
  readHeldKeyset,
  readProvider,
  readToken,
  requireProvider,
} from './providers/provider-folder.ts'
export { type ExecutorNote, executorAt, homesWithExecutor } from './registry.ts'
export { heldMarkets, preparePaperReset } from './reset-paper.ts'
export type { Trade } from './results/trade.ts'
export { type SameAccount, tryKey } from './rotate-key.ts'
export { isHalted, unhalt } from './unhalt.ts'
export { EXCHANGE_CODES } from './venues/codes.ts'
export { createVenue, lookAtVenue, moneyAt, PAPER_FILE, venueFacts } from './venues/create-venue.ts'
export { PAPER, VENUE_NAMES, type VenueName } from './venues/names.ts'
export { filledOnPaper } from './venues/paper/filled.ts'
export type { Exchange } from './venues/port.ts'
export { CLAIM_NAMES, CLAIMS, type ClaimName, type Evidence } from './venues/proof/claims.ts'
export {
  openProver,
  type Plan,
  type ProofRun,
  type ProveOptions,
  type StepResult,
} from './venues/proof/prove.ts'
export { codeOf, keepProof, readProofs, type Standing, standingOf } from './venues/proof/record.ts'
