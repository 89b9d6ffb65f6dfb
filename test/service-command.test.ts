// "keyside service" as root types it, on a machine whose systemd is played by scripts that write down what they are told.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_POLICY, makeDeviceSecrets, vaultFile } from '@keyside/executor'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { expect, onTestFinished, test } from 'vitest'
import { editConfig } from '../cli/home/edit-config.ts'
import { makeHome } from '../cli/home/home.ts'
import { keyside } from './keyside.ts'

const PASSPHRASE = 'correct horse battery staple'
/** Of nobody else on any machine. */
const OWNER = 61_234

/** Says in one line why there can be none. */
function hasOwnEtc(): boolean {
  if (process.platform === 'linux' && spawnSync('unshare', ['--mount', 'true']).status === 0)
    return true
  console.warn('skipped: a machine of its own for "keyside service" needs Linux, and root')
  return false
}

async function openMachine() {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-service-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  const [etc, bin, user, told] = ['etc', 'bin', 'user', 'told'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  for (const one of [etc, bin, user, told]) mkdirSync(one)
  writeFileSync(join(etc, 'passwd'), `keyside:x:${OWNER}:${OWNER}::${user}:/bin/sh\n`)
  for (const name of ['systemctl', 'journalctl', 'systemd-creds']) script(join(bin, name), told)
  const home = join(user, '.keyside')
  const vault = { file: vaultFile(home), passphrase: PASSPHRASE, randomBytes: systemRandomBytes }
  const { key } = await makeDeviceSecrets(await createVault(vault, 2 ** 10), systemRandomBytes)
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  makeHome({
    ...parts,
    home,
    role: 'alone',
    deviceKey: key.publicKey,
    keychain: 'vault',
    account: 'paper',
    examples: { strategies: [], policy: DEFAULT_POLICY },
  })
  const run = (args: string, answers: readonly string[] = [], at = home) =>
    keyside(['service', ...args.split(' ')], {
      env: { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, KEYSIDE_HOME: at },
      answers,
      // Its own /etc, and nothing of that of this machine.
      via: ['unshare', '--mount', 'sh', '-c', `mount --bind ${etc} /etc && exec "$@"`, 'sh'],
    })
  const heard = (name: string) =>
    existsSync(join(told, name)) ? readFileSync(join(told, name), 'utf8') : ''
  return { etc, user, home, told, run, heard, unit: join(etc, 'systemd/system/keyside.service') }
}

/** Writes down its words and what it reads, and says what it was asked for. */
function script(file: string, told: string): void {
  writeFileSync(
    file,
    `#!/bin/sh
name=$(basename "$0")
echo "$@" >> ${told}/$name
cat >> ${told}/$name.input
[ "$name" = systemd-creds ] && echo sealed > ${'/etc/credstore.encrypted/keyside-vault-passphrase'}
[ -e ${told}/fails ] && { echo "it did not go well"; exit 3; }
echo "$name says $1"
`,
    { mode: 0o755 },
  )
}

function ownedBy(uid: number, folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, uid)
}

test.skipIf(!hasOwnEtc())(
  'a service is installed for the owner of the home, shown, begun anew and taken away, and refused where it could not start',
  async () => {
    const { etc, user, home, told, run, heard, unit } = await openMachine()
    expect((await run('status')).stderr).toContain('(service_missing)')
    expect((await run('install')).stderr).toContain('(service_as_root)')
    ownedBy(OWNER, user)
    editConfig(home, (config) => config.setIn(['executor', 'keychain'], 'os'))
    expect((await run('install')).stderr).toContain('(service_needs_vault)')
    editConfig(home, (config) => config.setIn(['executor', 'keychain'], 'vault'))
    ownedBy(OWNER, user)
    expect((await run('install', ['a wrong passphrase'])).stderr).toContain(
      '(vault_passphrase_wrong)',
    )
    expect([existsSync(unit), readdirSync(told)]).toEqual([false, []])

    const installed = await run('install', [PASSPHRASE])
    expect(installed, installed.stderr).toMatchObject({ code: 0 })
    const text = readFileSync(unit, 'utf8')
    expect(text).toContain('User=keyside\n')
    expect(text).toContain(`Environment=KEYSIDE_HOME=${home}\n`)
    expect(text).toContain('LoadCredentialEncrypted=')
    expect(statSync(unit).mode & 0o777).toBe(0o644)
    expect(heard('systemd-creds.input')).toBe(PASSPHRASE)
    expect(`${heard('systemd-creds')}${heard('systemctl')}${text}`).not.toContain('horse')
    expect(heard('systemctl')).toBe(
      'daemon-reload\nenable keyside.service\nrestart keyside.service\n',
    )
    const foreign = readdirSync(user, { recursive: true, encoding: 'utf8' }).filter(
      (name) => statSync(join(user, name)).uid !== OWNER,
    )
    expect(foreign, 'nothing of root in the home of another').toEqual([])

    const other = join(user, 'other')
    cpSync(home, other, { recursive: true })
    ownedBy(OWNER, other)
    expect((await run('install', [PASSPHRASE], other)).stderr).toContain('(service_exists)')
    const status = await run('status')
    expect(status).toMatchObject({ code: 0 })
    expect(status.stdout).toContain('systemctl says status')
    expect(status.stdout).toMatch(/executor +no sign of life within 15 s/)
    expect((await run('logs')).stdout).toContain('journalctl says --no-pager')
    expect((await run('restart')).stdout).toContain('Begun anew')
    expect(heard('systemctl')).toMatch(/restart keyside\.service\n$/)
    writeFileSync(join(told, 'fails'), '')
    expect((await run('restart')).stderr).toMatch(/it did not go well.*\(service_failed\)/s)
    expect((await run('status')).code).toBe(1)
    rmSync(join(told, 'fails'))
    expect((await run('remove')).stdout).toContain(`Nothing was changed in ${home}`)
    expect(heard('systemctl')).toMatch(/disable --now keyside\.service\ndaemon-reload\n$/)
    expect([existsSync(unit), readdirSync(join(etc, 'credstore.encrypted'))]).toEqual([false, []])
    expect((await run('remove')).stderr).toContain('(service_missing)')
  },
)
