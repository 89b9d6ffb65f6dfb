// What each service manager is told, read by a parser of its own format; systemd's by systemd itself where it is installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installed } from '@keyside/runtime'
import { expect, test } from 'vitest'
import type { Started } from './parts.ts'
import { serviceOf } from './system-service.ts'

const started: Started = {
  home: '/var/lib/keyside/.keyside',
  user: { name: 'daemon', home: '/var/lib/keyside' },
  node: process.execPath,
  code: '/usr/lib/node_modules/keyside',
  passphrase: 'credential',
  network: { reach: 'open', why: 'addresses of api.telegram.org, for its bot, change' },
}

const on = (platform: NodeJS.Platform) => serviceOf(platform, 'C:\\ProgramData')

function lines(text: string, name: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))
}

const unit = (more: Partial<Started> = {}) => on('linux').text({ ...started, ...more })

test('a system whose service manager Keyside does not know is told to run "keyside up" itself', () => {
  expect(() => serviceOf('freebsd')).toThrow(
    expect.objectContaining({ code: 'service_unsupported' }),
  )
})

test('a unit starts "keyside up" of this installation on the home, as its owner, with the machine and never given up', () => {
  const text = unit()
  expect(lines(text, 'ExecStart')).toEqual([
    `${process.execPath} --disable-sigusr1 --max-semi-space-size=1 --no-opt --no-maglev /usr/lib/node_modules/keyside/cli/main.js up`,
  ])
  expect(lines(text, 'User')).toEqual(['daemon'])
  expect(lines(text, 'WantedBy')).toEqual(['multi-user.target'])
  expect(lines(text, 'Wants')).toEqual(['network-online.target'])
  expect(lines(text, 'After')[0]).toContain('network-online.target')
  expect(lines(text, 'Restart')).toEqual(['always'])
  expect(lines(text, 'StartLimitIntervalSec')).toEqual(['0'])
  expect(text.indexOf('StartLimitIntervalSec')).toBeLessThan(text.indexOf('[Service]'))
})

test('a unit may write the home and what its user keeps of Keyside, and nothing else', () => {
  const text = unit()
  expect(lines(text, 'ProtectSystem')).toEqual(['strict'])
  expect(lines(text, 'ProtectHome')).toEqual(['yes'])
  expect(lines(text, 'ReadWritePaths')).toEqual([
    '/var/lib/keyside/.keyside',
    '/var/lib/keyside/.local/state/keyside',
    '/var/lib/keyside/.cache/keyside',
  ])
})

test("a home and an installation among people's homes are shown to the unit alone, and of the installation nothing may be written", () => {
  const user = { name: 'daemon', home: '/home/me' }
  const text = unit({
    home: '/home/me/.keyside',
    user,
    code: '/home/me/keyside',
    node: '/usr/bin/node',
  })
  expect(lines(text, 'ProtectHome')).toEqual(['tmpfs'])
  expect(lines(text, 'ReadWritePaths')).toEqual([])
  expect(lines(text, 'BindPaths')[0]).toBe('/home/me/.keyside')
  expect(lines(text, 'BindReadOnlyPaths')).toEqual(['/home/me/keyside'])
})

test('the passphrase of the vault is a credential that only this machine can decrypt, and stands in no unit', () => {
  expect(lines(unit(), 'LoadCredentialEncrypted')).toEqual([
    'vault-passphrase:/etc/credstore.encrypted/keyside-vault-passphrase',
  ])
  expect(unit({ passphrase: 'none' })).not.toContain('Credential')
  expect(lines(unit(), 'Environment')).toEqual(['KEYSIDE_HOME=/var/lib/keyside/.keyside'])
})

test('a unit of fixed addresses lets through those and this machine alone; any other says why it names none', () => {
  const text = unit({ network: { reach: 'fixed', addresses: ['192.0.2.7'] } })
  expect(lines(text, 'IPAddressDeny')).toEqual(['any'])
  expect(lines(text, 'IPAddressAllow')).toEqual(['localhost 192.0.2.7'])
  expect(lines(unit(), 'IPAddressDeny')).toEqual([])
  expect(unit()).toContain('addresses of api.telegram.org, for its bot, change')
})

test.each(['/srv/a b', '/srv/50%', '/srv/$HOME', '/srv/a:b', '/srv/"', '/srv/a\nUser=root', 'srv'])(
  'a path that a unit would read in another way is refused: %j',
  (home) => {
    expect(() => unit({ home })).toThrow(expect.objectContaining({ code: 'service_path' }))
  },
)

test('each says which home it starts', () => {
  for (const platform of ['linux', 'darwin'] as const)
    expect(on(platform).homeIn(on(platform).text(started))).toBe(started.home)
  const odd = { ...started, home: '/Users/me & you/<x>' }
  expect(on('darwin').homeIn(on('darwin').text(odd))).toBe(odd.home)
})

const HAS_SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0
if (!HAS_SYSTEMD) console.warn('skipped: no systemd-analyze to hold the unit to')

test.skipIf(!HAS_SYSTEMD)(
  'systemd takes the unit without a word, and finds it well confined',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyside-unit-'))
    try {
      const file = join(folder, 'keyside.service')
      const addresses = ['192.0.2.7', '2001:db8::7']
      for (const network of [{ reach: 'fixed', addresses } as const, started.network]) {
        writeFileSync(file, unit({ code: installed(), network }))
        const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
        expect(verified).toMatchObject({ status: 0, stdout: '', stderr: '' })
      }
      // Exposure from 0 (all shut) to 10, times 10.
      const words = ['security', '--offline=true', '--threshold=20', '--no-pager', file]
      const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
      expect(status, stdout).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

/** As Python's own readers of these formats read it: launchd's property lists, and XML. */
function python(code: string, input: Buffer): unknown {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code], { input, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

test('launchd is told to start it with the machine, as its owner, and again whenever it ends', () => {
  const service = on('darwin')
  const odd = { ...started, user: { name: 'me', home: '/Users/me' }, home: '/Users/me/a & <b>' }
  const text = Buffer.from(service.text(odd))
  const read = python(
    'import plistlib,sys,json;print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))',
    text,
  )
  expect(read).toMatchObject({
    Label: 'keyside',
    UserName: 'me',
    ProgramArguments: [
      process.execPath,
      '--disable-sigusr1',
      '--max-semi-space-size=1',
      '--no-opt',
      '--no-maglev',
      `${started.code}/cli/main.js`,
      'up',
    ],
    EnvironmentVariables: { KEYSIDE_HOME: '/Users/me/a & <b>' },
    RunAtLoad: true,
    KeepAlive: true,
    Umask: 0o077,
    HardResourceLimits: { Core: 0 },
    StandardOutPath: '/dev/null',
  })
})

test('Windows is told to start it with the machine, without a log-in, without a limit, and to look each minute for ever', () => {
  const service = on('win32')
  const code = 'C:\\Program Files & more\\keyside'
  const odd = { ...started, user: { name: 'HOST\\me', home: '' }, node: 'C:\\n d\\node.exe', code }
  const text = Buffer.from(service.text(odd), service.encoding)
  const read = python(
    `import xml.etree.ElementTree as E,sys,json
r=E.fromstring(sys.stdin.buffer.read())
print(json.dumps({e.tag.split('}')[1]: e.text for e in r.iter() if len(e)==0}))`,
    text,
  )
  expect(read).toMatchObject({
    UserId: 'HOST\\me',
    LogonType: 'S4U',
    RunLevel: 'LeastPrivilege',
    Interval: 'PT1M',
    ExecutionTimeLimit: 'PT0S',
    MultipleInstancesPolicy: 'IgnoreNew',
    StopIfGoingOnBatteries: 'false',
    Command: 'C:\\n d\\node.exe',
    Arguments: `--disable-sigusr1 --max-semi-space-size=1 --no-opt --no-maglev "${code}\\cli\\main.js" up`,
  })
  expect(service.file).toBe('C:\\ProgramData\\Keyside\\task.xml')
})
