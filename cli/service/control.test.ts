import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { environment } from '../terminal/config.ts'
import { readCredential } from '../terminal/credential.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { requireRoot, requireUsualHome, vaultOf } from './conditions.ts'
import {
  type Installed,
  installService,
  isThere,
  type Machine,
  type Ran,
  removeService,
  restartService,
} from './control.ts'
import { thisMachine } from './machine.ts'
import { ownerOf } from './owner.ts'
import { serviceOf } from './system-service.ts'
import { CREDENTIAL_FILE, systemdService } from './systemd.ts'

/** A machine that does what it is told, but what `fails` names. */
function machine(fails: Readonly<Record<string, Ran>> = {}) {
  const files = new Map<string, string>()
  const done: string[] = []
  const inputs: string[] = []
  const it: Machine = {
    read: (file) => files.get(file) ?? null,
    write: (file, text) => void files.set(file, text),
    delete: (file) => void files.delete(file),
    run: (words, { input, as } = {}) => {
      done.push(`${words.join(' ')}${as ? ` as ${as.uid}` : ''}`)
      if (input !== undefined) inputs.push(input)
      if (words[0] === 'systemd-creds') files.set(CREDENTIAL_FILE, 'encrypted')
      return fails[words[0]] ?? { status: 0, text: '' }
    },
  }
  return { it, files, done, inputs }
}

const parts: Installed = {
  home: '/var/lib/keyside/.keyside',
  owner: { name: 'keyside', home: '/var/lib/keyside', uid: 990, gid: 990 },
  node: '/usr/bin/node',
  code: '/usr/lib/node_modules/keyside',
  network: { reach: 'open', why: 'it is a test' },
}
const code = (name: string) => expect.objectContaining({ code: name })

test('install writes the unit, makes the folders as their owner, and starts it', () => {
  const { it, files, done, inputs } = machine()
  installService(it, systemdService, parts)
  expect(files.get(systemdService.file)).toContain('User=keyside\n')
  expect(done).toEqual([
    'mkdir -p -m 700 /var/lib/keyside/.local/state/keyside /var/lib/keyside/.cache/keyside as 990',
    'systemctl daemon-reload',
    'systemctl enable keyside.service',
    'systemctl restart keyside.service',
  ])
  expect(inputs).toEqual([])
})

test('the passphrase reaches systemd on standard input alone', () => {
  const { it, files, done, inputs } = machine()
  installService(it, systemdService, { ...parts, passphrase: 'correct horse battery' })
  expect(inputs).toEqual(['correct horse battery'])
  expect([...files.values(), ...done].join('\n')).not.toContain('horse')
  expect(files.get(systemdService.file)).toContain('LoadCredentialEncrypted=')
})

test('a systemd without credentials is told apart from one that refused, and no unit is left', () => {
  const sentence = (ran: Ran) => {
    const { it, files } = machine({ 'systemd-creds': ran })
    const install = () =>
      installService(it, systemdService, { ...parts, passphrase: 'correct horse battery' })
    expect(install).toThrow(code('service_credentials'))
    expect(files.has(systemdService.file)).toBe(false)
    try {
      install()
    } catch (error) {
      return String(error)
    }
    return ''
  }
  expect(sentence({ status: null, text: '' })).toContain('executor.passphraseFile')
  expect(sentence({ status: 1, text: 'no TPM' })).toContain('no TPM')
})

test('installed once more, as from a newer installation, it starts that one; the service of another home is not touched', () => {
  const { it, files } = machine()
  installService(it, systemdService, parts)
  installService(it, systemdService, { ...parts, code: '/opt/keyside-2' })
  expect(files.get(systemdService.file)).toContain('/opt/keyside-2/cli/main.js up')
  const other = () => installService(it, systemdService, { ...parts, home: '/srv/other' })
  expect(other).toThrow(code('service_exists'))
  expect(isThere(it, systemdService)).toBe(parts.home)
})

test('what the system refuses is told with its command', () => {
  const { it } = machine({ systemctl: { status: 1, text: 'Unit is masked.' } })
  expect(() => installService(it, systemdService, parts)).toThrow(
    expect.objectContaining({
      code: 'service_failed',
      message: expect.stringMatching(/systemctl restart keyside.service.*Unit is masked/),
    }),
  )
})

test('what the service manager reads may be read by all, so that all may ask how the service is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-unit-'))
  const before = process.umask(0o077)
  try {
    const file = join(folder, 'keyside.service')
    thisMachine.write(file, 'text', 'utf8')
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(thisMachine.read(file)).toBe('text')
    expect(thisMachine.read(`${file}.none`)).toBeNull()
  } finally {
    process.umask(before)
    rmSync(folder, { recursive: true })
  }
})

test('a program of the system is run to its end with what it is given; one that is not there has no status', () => {
  expect(thisMachine.run(['cat'], { input: 'given' })).toEqual({ status: 0, text: 'given' })
  expect(thisMachine.run(['keyside-no-such-program']).status).toBeNull()
})

test('remove stops it and takes away unit and credential, and nothing of the home', () => {
  const { it, files, done } = machine()
  files.set('/var/lib/keyside/.keyside/config.yaml', 'mine')
  installService(it, systemdService, { ...parts, passphrase: 'correct horse battery' })
  done.length = 0
  removeService(it, systemdService)
  expect([...files.keys()]).toEqual(['/var/lib/keyside/.keyside/config.yaml'])
  expect(done).toEqual(['systemctl disable --now keyside.service', 'systemctl daemon-reload'])
})

test('where Keyside is no service, nothing is restarted and nothing is removed', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const { it, done } = machine()
    const service = serviceOf(platform)
    expect(() => restartService(it, service)).toThrow(code('service_missing'))
    expect(() => removeService(it, service)).toThrow(code('service_missing'))
    expect(done).toEqual([])
  }
})

test('launchd is told to forget the one before, which need not be there', () => {
  const { it, done } = machine()
  installService(it, serviceOf('darwin'), parts)
  expect(done).toEqual([
    'launchctl bootout system/keyside',
    'launchctl enable system/keyside',
    'launchctl bootstrap system /Library/LaunchDaemons/keyside.plist',
  ])
})

test("the system's keychain is no place for a service: it is shut until somebody logs in", () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(() => vaultOf([{ keychain: 'vault' }, { keychain: 'os' }], platform)).toThrow(
      code('service_needs_vault'),
    )
})

test('a vault is opened by a file of the home, by systemd with a passphrase that is asked for once, and by nothing else', () => {
  const withFile = { keychain: 'vault', passphraseFile: 'executor/p' } as const
  expect(vaultOf([withFile], 'darwin')).toBe('by itself')
  expect(vaultOf([withFile, { keychain: 'vault' }], 'linux')).toBe('asked')
  for (const platform of ['darwin', 'win32'] as const)
    expect(() => vaultOf([{ keychain: 'vault' }], platform)).toThrow(
      code('service_needs_passphrase'),
    )
})

test('a home of root is refused, and one of somebody else is run as that one', () => {
  expect(() => ownerOf('/', 'linux')).toThrow(code('service_as_root'))
})

test('who is not root is told the command with sudo; Windows has no such user', () => {
  const words = ['/usr/bin/node', '/opt/keyside/cli/main.js', 'service', 'install']
  expect(() => requireRoot(1000, '/home/me/.keyside', words)).toThrow(
    expect.objectContaining({
      code: 'service_needs_root',
      message: expect.stringContaining(
        '"sudo KEYSIDE_HOME=/home/me/.keyside /usr/bin/node /opt/keyside/cli/main.js service install"',
      ),
    }),
  )
  expect(() => requireRoot(0, '/home/me/.keyside', words)).not.toThrow()
  expect(() => requireRoot(undefined, 'C:\\home', words)).not.toThrow()
})

test('on Windows it is the usual home, or none', () => {
  expect(() => requireUsualHome('win32', 'D:\\other', 'C:\\Users\\me\\.keyside')).toThrow(
    code('service_home'),
  )
  expect(() => requireUsualHome('win32', 'C:\\x', 'C:\\x')).not.toThrow()
  expect(() => requireUsualHome('linux', '/srv/x', '/home/me/.keyside')).not.toThrow()
})

test("the service's credential is read as the passphrase of the vault, and of nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-credential-'))
  try {
    // As systemd sets it: an access list, which a mode shows as readable for the group.
    writeFileSync(join(folder, 'vault-passphrase'), 'correct horse battery\n', { mode: 0o440 })
    environment['CREDENTIALS_DIRECTORY'] = folder
    expect(await readPassphrase('/nowhere', undefined)).toBe('correct horse battery')
    expect(readCredential('root-passphrase', { CREDENTIALS_DIRECTORY: folder })).toBeNull()
    expect(readCredential('vault-passphrase', {})).toBeNull()
  } finally {
    delete environment['CREDENTIALS_DIRECTORY']
    rmSync(folder, { recursive: true })
  }
})
