// What every Node program of Keyside needs besides its purpose.
export { isDue, type TokenTimes, tokenTimes } from './access-token.ts'
export * from './base.ts'
export { brokerAddress, plaintextRefusal, socketPathProblem } from './broker-url.ts'
export {
  LONG_BUSY_TIMEOUT_MS,
  Retry,
  STEP_BUSY_TIMEOUT_MS,
  whileBusy,
} from './busy.ts'
export { within } from './clock.ts'
export { codeVersion, VERSIONED } from './code-version.ts'
export { CODE_MEMORY, CONFINED_CODE } from './confined-code.ts'
export { openDatabase, transaction } from './database.ts'
export { enrol, fetchKeyset } from './enrolment.ts'
export { FollowedFiles, type Look, reasonOf } from './followed-files.ts'
export { freePort } from './free-port.ts'
export { http, https } from './http.ts'
export { type Link, type LinkOptions, type LinkTrouble, openLink } from './link.ts'
export { ReconnectBackoff } from './link-backoff.ts'
export { reachBroker } from './link-stream.ts'
export { configSections, loadConfig, overridesOf, readConfigText } from './load-config.ts'
export { lockFile, openLocked } from './lock.ts'
export { createLog, type Logger } from './log.ts'
export {
  BOT_MEMORY,
  BROKER_MEMORY,
  QUIET_MEMORY,
  SINGLE_ARENA,
  SMALL_MEMORY,
  UP_MEMORY,
  WAITING_MEMORY,
} from './memory-flags.ts'
export { guardPackets, MAX_PACKET_BYTES } from './packet-guard.ts'
export { keepNoNumberTable } from './packet-numbers.ts'
export { Quota } from './quota.ts'
export { newJti, type RandomBytes, systemRandom, systemRandomBytes } from './random.ts'
export { exchangeAddress, originOf, rebaseUrls } from './rebase-urls.ts'
export { type RenewalOptions, renewAccess } from './renewal.ts'
export {
  ensureProofSecret,
  PROOF_BYTES,
  PROOF_PATH,
  provesSandbox,
  readProofSecret,
  sandboxProof,
  writeProofSecret,
} from './sandbox-proof.ts'
export { SignedRequests } from './signed-requests.ts'
export {
  makeNextSigningKey,
  makeSigningKey,
  nextSigningKey,
  readSigningKey,
  takeNextSigningKey,
} from './signing-keys.ts'
export { RISK } from './texts/risk.ts'
export { isTlsReason, spkiDigest, type TlsTrust, tlsSetting, tlsTrust } from './tls-trust.ts'
export { HOPS, type Hop, instant, logTrace, noTrace, type Trace } from './trace.ts'
export { keysAt } from './yaml/schema-keys.ts'
export { checkYaml, type OpenedYaml, openYaml, type Place } from './yaml/yaml.ts'
export { addToYaml, setInYaml } from './yaml/yaml-edit.ts'
