// Installs, looks after, and takes away the service of this machine.
import { KeysideError } from '@keyside/runtime'
import { CREDENTIAL } from '../terminal/credential.ts'
import type { Owner } from './owner.ts'
import type { Started, SystemService, Words } from './parts.ts'
import { CREDENTIAL_FILE, ownFolders } from './systemd.ts'

/** What is done to the machine: its files, and its own programs. */
export interface Machine {
  /** Null where there is none. */
  read(file: string): string | null
  write(file: string, text: string, encoding: BufferEncoding): void
  delete(file: string): void
  /** To its end. `show`: what it says is for the person. `as`: under that user. */
  run(
    words: Words,
    options?: {
      readonly input?: string
      readonly show?: boolean
      readonly as?: Pick<Owner, 'uid' | 'gid'>
    },
  ): Ran
}

export interface Ran {
  /** Null for a program that this machine does not have. */
  readonly status: number | null
  readonly text: string
}

export interface Installed extends Omit<Started, 'user' | 'passphrase'> {
  readonly owner: Owner
  /** Of the vault, where nothing else gives it to the service; it was tried. */
  readonly passphrase?: string
}

/** Throws `service_exists`, `service_path`, `service_credentials` and `service_failed`. */
export function installService(
  machine: Machine,
  service: SystemService,
  { owner, passphrase, ...paths }: Installed,
): void {
  const before = machine.read(service.file)
  const other = before === null ? null : service.homeIn(before)
  if (other !== null && other !== paths.home)
    throw new KeysideError(
      'service_exists',
      `the service of this machine runs ${other}: "keyside service remove" first, or give that home accounts more`,
    )
  const given = passphrase === undefined ? 'none' : 'credential'
  const text = service.text({ ...paths, user: owner, passphrase: given })
  if (passphrase !== undefined) encrypt(machine, passphrase)
  // By the owner: root follows no link into a folder that is another's.
  if (service.logs !== null)
    must(machine, ['mkdir', '-p', '-m', '700', ...ownFolders(owner)], { as: owner })
  machine.write(service.file, text, service.encoding)
  all(machine, service.install)
}

function encrypt(machine: Machine, input: string): void {
  machine.run(['mkdir', '-p', '-m', '700', '/etc/credstore.encrypted'])
  const words: Words = ['systemd-creds', 'encrypt', `--name=${CREDENTIAL}`, '-', CREDENTIAL_FILE]
  const { status, text } = machine.run(words, { input })
  if (status === 0) return
  throw new KeysideError(
    'service_credentials',
    status === null
      ? 'this systemd has no credentials (they came with version 250): write the passphrase into a file that only the owner may read, and name it in executor.passphraseFile'
      : `the passphrase could not be encrypted for this machine: ${text.trim()}`,
  )
}

export function restartService(machine: Machine, service: SystemService): void {
  isThere(machine, service)
  all(machine, service.restart)
}

/** The home stays as it is. */
export function removeService(machine: Machine, service: SystemService): void {
  isThere(machine, service)
  all(machine, service.remove)
  machine.delete(service.file)
  if (machine.read(CREDENTIAL_FILE) !== null) machine.delete(CREDENTIAL_FILE)
  all(machine, service.removed)
}

/** What the service runs on; undefined where its text does not say. Throws `service_missing`. */
export function isThere(machine: Machine, service: SystemService): string | undefined {
  const text = machine.read(service.file)
  if (text !== null) return service.homeIn(text) ?? undefined
  throw new KeysideError(
    'service_missing',
    'Keyside is no service on this machine: "keyside service install" makes it one',
  )
}

/** In order. One that ends what may not run, such as `launchctl bootout`, may fail where another follows. */
function all(machine: Machine, list: readonly Words[]): void {
  for (const [at, words] of list.entries())
    if (at === list.length - 1) must(machine, words)
    else machine.run(words)
}

function must(machine: Machine, words: Words, options?: { readonly as: Owner }): void {
  const { status, text } = machine.run(words, options)
  if (status !== 0)
    throw new KeysideError('service_failed', `"${words.join(' ')}" failed: ${text.trim()}`)
}
