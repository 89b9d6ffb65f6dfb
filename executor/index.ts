// The executor: checks signals, asks policy and the trader, places orders with keys that never leave the device.
export { EXECUTOR_CODES, EXECUTOR_SENTENCES, type ExecutorCode, sentenceOf } from './codes.ts'
export { type ExecutorConfig, executorConfig } from './config.ts'
export {
  askForHalt,
  askForUnhalt,
  type HaltAnswer,
  haltFile,
  readAnswer,
  unhaltFile,
} from './halt-file.ts'
export { codeUri, spellSecret, stepOfCode } from './inbox/authenticator.ts'
export { FLAT_COLUMNS, flatRows } from './journal/flat.ts'
export {
  type JournalCheck,
  type JournalEntry,
  newestFacts,
  type ReadOptions,
  readJournal,
  verifyJournal,
} from './journal/read.ts'
export { type Chapter, readStories, type Story } from './journal/story.ts'
export { tell } from './journal/words.ts'
export { type KeyWarning, keyWarnings } from './key-warnings.ts'
export { KEYCHAIN_CODES } from './keychain/codes.ts'
export { openKeychain, vaultFile } from './keychain/open.ts'
export { openOsKeychain } from './keychain/os.ts'
export type { Keychain } from './keychain/port.ts'
export {
  CODE_SECRET_BYTES,
  codeSecret,
  type ExchangeKeys,
  exchangeAccounts,
  exchangeKeys,
  keepCodeSecret,
  keepExchangeKeys,
  makeDeviceSecrets,
  removeCodeSecret,
  removeExchangeKeys,
} from './keychain/secrets.ts'
export { createVault, openVault, requireLong } from './keychain/vault.ts'
export { PLAN_CODES } from './plan/codes.ts'
export { type BoundTerm, type DailyBound, dailyBound, printBound } from './policy/bound.ts'
export { RULES } from './policy/check.ts'
export { DEFAULT_POLICY } from './policy/default.ts'
export { POLICY_CODES } from './policy/load.ts'
export { type Setting, settings } from './policy/settings.ts'
export { acceptPolicy, followedPolicy, type PolicyState, policyState } from './policy-file.ts'
export { markOf } from './process-mark.ts'
export { prepareRebase, type Rebase } from './rebase.ts'
export { type ExecutorNote, executorAt, type Found, homesWithExecutor } from './registry.ts'
export { type Executor, type ExecutorDeps, startExecutor } from './start-executor.ts'
export { isHalted, unhalt } from './unhalt.ts'
export { EXCHANGE_CODES, TURNED_DOWN_CODES } from './venues/codes.ts'
export { openExchange, stakesAt } from './venues/open.ts'
export type { Exchange, KeyRights } from './venues/port.ts'
