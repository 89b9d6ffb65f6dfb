// What a provider does with the keyset of a home: change it, have it signed, publish it. No network.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Keyset,
  keysetTopic,
  type Root,
  rootFingerprint,
  seconds,
  thumbprint,
} from '@keyside/protocol'
import {
  type Clock,
  KeysideError,
  makeNextSigningKey,
  newJti,
  nextSigningKey,
  type RandomBytes,
  readSigningKey,
  writePrivate,
} from '@keyside/runtime'
import { type Dates, type Offered, renewed, withoutKey, withRoot, withSuccessor } from './change.ts'
import {
  checkKeyset,
  type KeysetFile,
  missingSignatures,
  rootInForce,
  signedText,
  signersOf,
} from './file.ts'
import { loadKeyset } from './file-watch.ts'

const DAY = 86_400

/** Of the section `authority`. */
interface KeysetConfig extends Offered {
  readonly provider: string
  readonly keysetFile: string
  readonly answerKeyFile: string
  readonly engineKeyFile: string
}

export interface KeysetDeps {
  /** KEYSIDE_HOME: relative paths of the configuration start here. */
  readonly home: string
  readonly config: KeysetConfig
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

/** The keyset in force. Throws `keyset_missing` or `keyset_malformed`. */
export function currentKeyset({ home, config }: Pick<KeysetDeps, 'home' | 'config'>): KeysetFile {
  return loadKeyset(resolve(home, config.keysetFile))
}

/** New dates, and the plans and addresses that config.yaml names now. `days` is how long it counts. */
export function renewKeyset(deps: KeysetDeps, days: number): Keyset {
  return renewed(currentKeyset(deps).claims, deps.config, datesOf(deps, days))
}

/**
 * Makes the engine's next key and lists it beside the present one, which counts `overlapDays` longer. Throws
 * `key_rotation_open` while the engine has not taken the one before.
 */
export function rotateEngineKey(deps: KeysetDeps, days: number, overlapDays: number): Keyset {
  const { engine } = keyFiles(deps)
  const { kid } = readSigningKey(engine)
  const successor = successorOf(deps, engine).publicKey
  const until = seconds(deps.clock.now()) + overlapDays * DAY
  return withSuccessor(renewKeyset(deps, days), listed(deps, kid), { successor, until })
}

/**
 * Revokes a key for good. If it is this home's engine or authority key, the same keyset names its successor. Throws
 * `key_unknown`, or `key_rotation_open`.
 */
export function revokeKey(deps: KeysetDeps, kid: string, days: number): Keyset {
  const now = seconds(deps.clock.now())
  const next = renewKeyset(deps, days)
  const own = Object.values(keyFiles(deps)).find(
    (file) => existsSync(file) && readSigningKey(file).kid === kid,
  )
  listed(deps, kid)
  if (own === undefined) return withoutKey(next, kid)
  const successor = successorOf(deps, own).publicKey
  return withoutKey(withSuccessor(next, kid, { successor, until: now }), kid)
}

/** The keyset with another root, which signs it together with the root before. */
export function rotateRoot(deps: KeysetDeps, root: Root, days: number): Keyset {
  return withRoot(renewKeyset(deps, days), root)
}

/**
 * Takes a signed keyset into use: the authority publishes it within a second. Throws `keyset_unsigned` while
 * signatures are missing, or the code for which a device would refuse it.
 */
export function publishKeyset(deps: KeysetDeps, file: KeysetFile): void {
  const { home, config, clock } = deps
  const current = currentKeyset(deps)
  const { roots } = file.claims
  const inForce = rootFingerprint(rootInForce(current))
  const since = roots.findIndex((root) => rootFingerprint(root) === inForce)
  const open = missingSignatures(file).find(({ root }) => roots.indexOf(root) >= since)
  const signers = signersOf(file)
  if (open !== undefined)
    throw new KeysideError(
      'keyset_unsigned',
      `${open.missing} more of the keys of a root must sign it (of ${open.root.keys.filter((key) => !signers.includes(key)).join(', ')}): write it with --draft FILE, then "keyside root sign FILE" for each, then "keyside keyset publish FILE"`,
    )
  checkKeyset(file, seconds(clock.now()), current)
  if (file.claims.iss !== config.provider)
    throw new KeysideError(
      'topic_mismatch',
      `it is the keyset of ${keysetTopic(file.claims.iss)}, and this is "${config.provider}"`,
    )
  writePrivate(resolve(home, config.keysetFile), signedText(file))
}

/** Of the programs of this home. */
function keyFiles({ home, config }: KeysetDeps): { engine: string; answer: string } {
  return {
    engine: resolve(home, config.engineKeyFile),
    answer: resolve(home, config.answerKeyFile),
  }
}

/** The next key of a program, which is not in the keyset in force yet. */
function successorOf(deps: KeysetDeps, file: string) {
  const next = nextSigningKey(file)
  const { keys } = currentKeyset(deps).claims
  if (next !== null && keys.some(({ key }) => key === next.publicKey))
    throw new KeysideError(
      'key_rotation_open',
      `${file} has a successor in the keyset that its program has not taken yet: start the program, and the authority, first`,
    )
  return makeNextSigningKey(file, deps.randomBytes)
}

function listed(deps: KeysetDeps, kid: string): string {
  const { keys } = currentKeyset(deps).claims
  if (keys.some(({ key }) => thumbprint(key) === kid)) return kid
  throw new KeysideError(
    'key_unknown',
    `the keyset in force has no key "${kid}": keyside keyset show lists them`,
  )
}

function datesOf({ clock, randomBytes }: KeysetDeps, days: number): Dates {
  return { now: seconds(clock.now()), days, jti: newJti(randomBytes) }
}
