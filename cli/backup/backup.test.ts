// A home goes into a backup and comes out of it on another machine: what goes along, what is new, and what waits.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { botConfig } from '@keyside/bot'
import { brokerConfig } from '@keyside/broker'
import {
  acceptPolicy,
  DEFAULT_POLICY,
  exchangeKeys,
  executorConfig,
  holdForMove,
  keepExchangeKeys,
  makeDeviceSecrets,
  policyState,
  vaultFile,
  verifyJournal,
} from '@keyside/executor'
import {
  loadConfig,
  readSecret,
  readSigningKey,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { createVault, openVault } from '@keyside/runtime/vault'
import { engineConfig } from '@keyside/strategy-engine'
import { Command } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addAccount } from '../accounts/add-account.ts'
import { addBackup } from '../commands/backup.ts'
import { accountHome } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { makeHome } from '../home/home.ts'
import { type BackupContents, filesOf, secretsOf, unpacked } from './collect.ts'
import { refuseOutside } from './outside.ts'
import { restoreHome } from './restore-home.ts'

const PASSPHRASE = 'correct horse battery'
const parts = { clock: systemClock, randomBytes: systemRandomBytes }
const KEYS = { exchange: 'binance', apiKey: 'public', secret: 'words' }

const vaultIn = (home: string) =>
  createVault(
    { file: vaultFile(home), passphrase: PASSPHRASE, randomBytes: systemRandomBytes },
    2 ** 10,
  )
const opened = (home: string) =>
  openVault({ file: vaultFile(home), passphrase: PASSPHRASE, randomBytes: systemRandomBytes })

/** Two accounts, a key in the second, and a journal that was begun in both. */
async function openHome() {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const home = join(folder, 'old')
  const { key } = await makeDeviceSecrets(await vaultIn(home), systemRandomBytes)
  makeHome({
    ...parts,
    home,
    role: 'alone',
    deviceKey: key.publicKey,
    keychain: 'vault',
    account: 'paper',
    examples: { strategies: [], policy: DEFAULT_POLICY },
  })
  await addAccount({
    ...parts,
    home,
    name: 'live',
    account: 'binance',
    policy: DEFAULT_POLICY,
    keychain: vaultIn,
  })
  const live = accountHome(home, 'live')
  await keepExchangeKeys(await opened(live), 'live', KEYS)
  for (const account of [home, live]) acceptPolicy({ home: account }, 0)
  for (const [name, text] of Object.entries({ run: 'x', logs: 'x', data: 'x' })) {
    mkdirSync(join(home, name), { recursive: true })
    writeFileSync(join(home, name, 'file'), text)
  }
  return { folder, home, live, next: join(folder, 'next') }
}

async function contentsOf(
  home: string,
  keys: 'with keys' | 'without' = 'without',
): Promise<BackupContents> {
  const secrets = {
    '': await secretsOf(await opened(home), keys),
    'accounts/live': await secretsOf(await opened(accountHome(home, 'live')), keys),
  }
  return { made: '2027-01-01T00:00:00.000Z', home, files: filesOf(home), secrets }
}

const restore = (home: string, contents: BackupContents) =>
  restoreHome({ ...parts, home, contents, keychain: (_, draft) => vaultIn(draft) })

test('what comes out is the same home elsewhere, with all its accounts, and without what belongs to a machine', async () => {
  const { home, next } = await openHome()
  const contents = await contentsOf(home)
  const paths = contents.files.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'config.yaml',
      'policy.yaml',
      'executor/journal.db',
      'accounts/live/executor/journal.db',
    ]),
  )
  expect(paths.filter((path) => /run|logs|data\/|lock|mark|vault|-wal/.test(path))).toEqual([])
  await restore(next, contents)
  for (const account of ['', 'accounts/live']) {
    const at = { home: join(next, account) }
    expect(policyState(at, systemClock.now()).state, 'the accepted policy came along').toBe(
      'accepted',
    )
    expect(readFileSync(join(at.home, 'policy.yaml'), 'utf8')).toBe(DEFAULT_POLICY)
  }
  const executor = loadConfig('executor', executorConfig, join(next, 'accounts/live'), {})
  expect(executor.home.url).toBe(`unix:${next}/run/broker.sock`)
  expect(readFileSync(join(next, 'config.yaml'), 'utf8')).not.toContain(home)
  expect(existsSync(`${next}.restoring`)).toBe(false)
})

test('nothing is traded on what was restored before it is compared with the exchange', async () => {
  const { home, next } = await openHome()
  const journal = (at: string) => join(at, 'executor/journal.db')
  expect(verifyJournal(journal(home)).restored).toBe(false)
  await restore(next, await contentsOf(home))
  for (const at of [next, accountHome(next, 'live')])
    expect(verifyJournal(journal(at)).restored).toBe(true)
})

test('device, bot and authority have new keys that fit each other, and nothing else is new', async () => {
  const { home, live, next } = await openHome()
  await restore(next, await contentsOf(home))
  const of = (at: string) => {
    const bot = loadConfig('bot', botConfig, at, {})
    return Object.entries(bot.devices).map(([name, { key, signingKeyFile }]) => ({
      name,
      device: key,
      bot: readSigningKey(join(at, signingKeyFile)).publicKey,
    }))
  }
  const [before, after] = [of(home), of(next)]
  expect(after.map(({ name }) => name)).toEqual(['main', 'live'])
  const old = before.flatMap(({ device, bot }) => [device, bot])
  expect(
    after.flatMap(({ device, bot }) => [device, bot]).filter((key) => old.includes(key)),
  ).toEqual([])
  for (const [at, one] of [
    [next, after[0]],
    [accountHome(next, 'live'), after[1]],
  ] as const) {
    const { key, salt } = await makeDeviceSecrets(await opened(at), systemRandomBytes)
    expect(one?.device).toBe(key.publicKey)
    expect(loadConfig('executor', executorConfig, at, {}).bot.key).toBe(one?.bot)
    const was = await makeDeviceSecrets(await opened(at === next ? home : live), systemRandomBytes)
    expect(salt, 'its orders keep their names').toEqual(was.salt)
  }
  expect(loadConfig('engine', engineConfig, next, {}).bot?.key).toBe(after[0]?.bot)
  const authority = loadConfig('broker', brokerConfig, next, {}).authority
  expect(authority).toBe(readSigningKey(join(next, 'authority/authority.key')).publicKey)
  expect(authority).not.toBe(loadConfig('broker', brokerConfig, home, {}).authority)
  expect(readSecret(join(next, 'bot/account-live.token'))).not.toBe(
    readSecret(join(home, 'bot/account-live.token')),
  )
  expect(readFileSync(join(next, 'engine/engine.key'))).toEqual(
    readFileSync(join(home, 'engine/engine.key')),
  )
})

test('exchange keys are in it only when they were asked for', async () => {
  const { home, next, folder } = await openHome()
  await restore(next, await contentsOf(home))
  expect(await exchangeKeys(await opened(accountHome(next, 'live')), 'live')).toBeNull()
  const other = join(folder, 'other')
  await restore(other, await contentsOf(home, 'with keys'))
  expect(await exchangeKeys(await opened(accountHome(other, 'live')), 'live')).toMatchObject(KEYS)
})

test('a database that is written meanwhile is in it as it was at one moment', async () => {
  const { home } = await openHome()
  const path = join(home, 'bot', 'bot.db')
  const db = new DatabaseSync(path)
  onTestFinished(() => db.close())
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE rows (n INTEGER); INSERT INTO rows VALUES (1)')
  db.exec('BEGIN IMMEDIATE; INSERT INTO rows VALUES (2)')
  const files = filesOf(home)
  db.exec('COMMIT')
  const snapshot = join(home, 'snapshot.db')
  writeFileSync(
    snapshot,
    unpacked(files.find(({ path: at }) => at === 'bot/bot.db') ?? expect.unreachable()),
  )
  using read = new DatabaseSync(snapshot, { readOnly: true })
  expect(read.prepare('SELECT n FROM rows').all()).toEqual([{ n: 1 }])
})

test('where something is, or what is no journal of this version, nothing is restored and nothing is left', async () => {
  const { home, next, folder } = await openHome()
  const contents = await contentsOf(home)
  await expect(restore(home, contents)).rejects.toMatchObject({ code: 'home_exists' })
  for (const [version, code] of [
    [1, 'journal_older'],
    [99, 'journal_newer'],
  ] as const) {
    const db = new DatabaseSync(join(home, 'executor/journal.db'))
    db.exec(`PRAGMA user_version = ${version}`)
    db.close()
    await expect(restore(next, await contentsOf(home))).rejects.toMatchObject({ code })
    expect([existsSync(next), existsSync(`${next}.restoring`)]).toEqual([false, false])
  }
  const data = gzipSync('').toString('base64')
  for (const path of ['../stolen', 'a/../../stolen', `${folder}/stolen`, '', 'bot/..', 'a\0b'])
    await expect(
      restore(next, { ...contents, files: [{ path, data }] }),
      path,
    ).rejects.toMatchObject({ code: 'backup_damaged' })
  expect(existsSync(join(folder, 'stolen'))).toBe(false)
})

test.skipIf(process.platform === 'win32')(
  'a link in the home counts as what it leads to',
  async () => {
    const { home, next, folder } = await openHome()
    for (const name of ['config.yaml', 'policy.yaml', 'strategies']) {
      if (!existsSync(join(home, name))) mkdirSync(join(home, name))
      renameSync(join(home, name), join(folder, name))
      symlinkSync(join(folder, name), join(home, name))
    }
    writeFileSync(join(folder, 'strategies', 'one.yaml'), 'name: one')
    symlinkSync('..', join(folder, 'strategies', 'round'))
    symlinkSync(home, join(home, 'round'))
    symlinkSync('nowhere', join(home, 'dangling'))
    symlinkSync('itself', join(home, 'itself'))
    await restore(next, await contentsOf(home))
    expect(readFileSync(join(next, 'policy.yaml'), 'utf8')).toBe(DEFAULT_POLICY)
    expect(readFileSync(join(next, 'strategies', 'one.yaml'), 'utf8')).toBe('name: one')
    expect(existsSync(join(next, 'round')) || existsSync(join(next, 'dangling'))).toBe(false)
  },
)

test('what would be missing, damaged, of another version or too much is refused when the backup is made', async () => {
  const { home, live, folder } = await openHome()
  refuseOutside(home, home)
  refuseOutside(home, live)
  const journal = join(home, 'executor/journal.db')
  const outside = join(folder, 'journal.db')
  writeFileSync(outside, readFileSync(journal))
  const config = join(home, 'config.yaml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('  keychain:', `  database: ${outside}\n  keychain:`))
  expect(() => refuseOutside(home, home)).toThrow(
    expect.objectContaining({
      code: 'backup_outside',
      message: expect.stringContaining(`executor.database of config.yaml is ${outside}`),
    }),
  )
  for (const lost of ['data/journal.db', 'logs/journal.db', 'executor/journal.lock']) {
    writeFileSync(join(home, lost), readFileSync(journal))
    writeFileSync(config, text.replace('  keychain:', `  database: ${lost}\n  keychain:`))
    expect(() => refuseOutside(home, home)).toThrow(
      expect.objectContaining({ code: 'backup_outside', message: expect.stringContaining(lost) }),
    )
    rmSync(join(home, lost))
  }
  writeFileSync(config, text)
  expect(() => filesOf(home, 10)).toThrow(expect.objectContaining({ code: 'backup_too_large' }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const expectRefused = async (code: string, says = '') => {
    const program = new Command()
    addBackup(program)
    const file = join(folder, 'never.backup')
    await expect(
      program.parseAsync(['backup', 'create', file], { from: 'user' }),
    ).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
    expect(existsSync(file)).toBe(false)
  }
  const whole = readFileSync(journal)
  const db = new DatabaseSync(journal)
  db.exec('PRAGMA user_version = 1')
  db.close()
  await expectRefused('journal_older')
  for (const damage of ['no database', whole.fill(0x5a, 200)]) {
    writeFileSync(journal, damage)
    expect(() => filesOf(home)).toThrow(
      expect.objectContaining({
        code: 'file_refused',
        message: expect.stringContaining(journal),
      }),
    )
    await expectRefused(
      'journal_damaged',
      `${journal} is damaged: run "keyside journal verify --account main"`,
    )
  }
})

test('what only the environment says of where the home keeps its own is refused, and is said of no other account', async () => {
  const { home, live, folder } = await openHome()
  const outside = join(folder, 'journal.db')
  const inside = join(home, 'executor', 'other.db')
  for (const file of [outside, inside]) writeFileSync(file, '')
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('KEYSIDE_HOME', home)
  const say = (file: string) => vi.stubEnv('KEYSIDE_EXECUTOR__DATABASE', file)
  for (const [file, words] of [
    [outside, `KEYSIDE_EXECUTOR__DATABASE is ${outside}, outside of ${home}`],
    ['executor/other.db', `KEYSIDE_EXECUTOR__DATABASE is ${inside}, which the environment says`],
  ] as const) {
    say(file)
    expect(() => refuseOutside(home, home)).toThrow(
      expect.objectContaining({
        code: 'backup_outside',
        message: expect.stringContaining(words),
      }),
    )
    refuseOutside(home, live)
    expect(executorSection(live).database).not.toBe(file)
  }
  say('executor/nothing.db')
  refuseOutside(home, home)
  const config = join(home, 'config.yaml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('  keychain:', '  database: executor/other.db\n  keychain:'))
  say('executor/other.db')
  refuseOutside(home, home)
})

test('a file that is no backup is refused before anybody is asked for a passphrase', async () => {
  const { folder, next } = await openHome()
  const file = join(folder, 'holiday.jpg')
  writeFileSync(file, 'no backup')
  vi.stubEnv('KEYSIDE_HOME', next)
  onTestFinished(() => void vi.unstubAllEnvs())
  const program = new Command()
  addBackup(program)
  const words = ['backup', 'restore', file, '--passphrase-file', join(folder, 'nowhere')]
  await expect(program.parseAsync(words, { from: 'user' })).rejects.toMatchObject({
    code: 'backup_foreign',
  })
})

test('a home that was moved is held by nobody else meanwhile', async () => {
  const { home } = await openHome()
  const path = join(home, 'executor/journal.db')
  const held = holdForMove(path)
  expect(() => holdForMove(path)).toThrow(expect.objectContaining({ code: 'journal_locked' }))
  held.close()
  holdForMove(path).close()
})

test('a file that is there is not written over, and no folder is made for one', async () => {
  const { home, folder } = await openHome()
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const file = join(folder, 'first.backup')
  writeFileSync(file, 'of yesterday')
  const program = new Command()
  addBackup(program)
  const create = program.parseAsync(['backup', 'create', file, '--move'], { from: 'user' })
  await expect(create).rejects.toMatchObject({ code: 'file_exists' })
  expect(readFileSync(file, 'utf8')).toBe('of yesterday')
  const asFolder = program.parseAsync(['backup', 'create', folder], { from: 'user' })
  await expect(asFolder).rejects.toThrow('it is a folder: name a file')
  const noStick = program.parseAsync(['backup', 'create', join(folder, 'stick/file')], {
    from: 'user',
  })
  await expect(noStick).rejects.toMatchObject({ code: 'file_refused' })
})
