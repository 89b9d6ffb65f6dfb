import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Examined } from './examine.ts'
import { Redactor } from './redactor.ts'
import { supportReport } from './report.ts'
import { shownSettings } from './shown-settings.ts'

const NOW = Date.UTC(2026, 10, 27, 19, 45)
/** What is only the owner's, of each kind; no part of any may be in a report. */
const ONLY_MINE = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN',
  botToken: '7291836450:AAHk2mQ7xR9vLw3PzT5nYcB8dFgJ1sKuEo0',
  passphrase: 'purple giraffes eat seventeen umbrellas',
  chat: '8264019375',
  amount: '73519.248613',
  balance: '9182736.4554',
  order: '4408163257719',
  address: '203.0.113.246',
  ipv6: '2001:db8:7f3a:91c4::6e2d',
  host: 'vpn.quibbleworth-holdings.example',
  mail: 'ottilie.quibbleworth@mailbox.example',
  person: 'Ottilie Quibbleworth',
  file: 'ottilies-savings-plan.yaml',
  market: 'ZORKMID/GALLEON',
  stream: 'qwz-momentum-jx',
  account: 'ottilie-xy',
  reason: 'RSI crossed below 27.8831 on the hour',
  token: 'eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJvdHRpbGllIn0.c2lnbmF0dXJl',
} as const
const ALL = Object.values(ONLY_MINE)
const MIXED = ALL.join(' ')

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), `keyside-${ONLY_MINE.account}-`))
})
afterEach(() => rmSync(home, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(home, file)), { recursive: true })
  writeFileSync(join(home, file), text)
}

/** In every setting, known or not, as value and as name. */
function writeConfig(): void {
  const link = {
    url: `mqtts://${ONLY_MINE.host}:8883`,
    clientId: ONLY_MINE.stream,
    tokenFile: ONLY_MINE.file,
    plaintext: ONLY_MINE.passphrase,
    tls: `pin:${ONLY_MINE.token}`,
  }
  const all = Object.fromEntries(ALL.map((text) => [text, MIXED]))
  write(
    'config.yaml',
    `# ${MIXED}\n${stringify(
      {
        broker: { port: ONLY_MINE.chat, socket: `/home/${ONLY_MINE.person}`, limits: all, ...all },
        engine: { broker: link, exchange: { name: ONLY_MINE.stream }, [ONLY_MINE.stream]: all },
        executor: {
          home: link,
          account: ONLY_MINE.account,
          exchange: {
            name: 'paper',
            of: ONLY_MINE.market,
            balances: { GALLEON: ONLY_MINE.balance },
            address: `https://${ONLY_MINE.address}`,
          },
          keychain: ONLY_MINE.secret,
          watchdog: { url: `https://${ONLY_MINE.host}/${ONLY_MINE.apiKey}` },
        },
        bot: { devices: all, telegram: { tokenFile: ONLY_MINE.botToken } },
        [ONLY_MINE.person]: all,
      },
      { aliasDuplicateObjects: false },
    )}`,
  )
}

const entry = (fields: object) =>
  JSON.stringify({ level: 40, time: new Date(NOW).toISOString(), program: 'executor', ...fields })

/** All that a log may hold; each fits into what a report takes of one. */
function writeLogs(): void {
  const each = ALL.flatMap((text) => [
    entry({ msg: text }),
    `${new Date(NOW).toISOString()} ${text}`,
    text,
  ])
  const json = ALL.flatMap((text) => [
    JSON.stringify(text),
    JSON.stringify([text]),
    JSON.stringify({ [text]: text, level: 40, time: text, msg: { text } }),
  ])
  const others = [
    entry({ msg: 'the exchange answers', ...Object.fromEntries(ALL.map((text) => [text, MIXED])) }),
    entry({ msg: MIXED, code: ONLY_MINE.secret, stream: ONLY_MINE.stream, market: MIXED }),
    entry({ msg: `no entry for ${MIXED}`, code: 'broker_unreachable', program: MIXED }),
    entry({ msg: 'not sent', err: { type: MIXED, message: MIXED, code: ONLY_MINE.order } }),
    entry({ msg: 'not sent', error: MIXED, time: MIXED }),
    ...ALL.map((text) =>
      entry({ msg: `executor: ended by itself (${text}); started again in 1 s, the others go on` }),
    ),
  ]
  const logs = [each, json, others, [...each, ...json]]
  const names = [`executor-${ONLY_MINE.account}`, 'up', 'executor', ONLY_MINE.mail]
  for (const [at, name] of names.entries()) write(`logs/${name}.log`, `${logs[at]?.join('\n')}\n`)
  mkdirSync(join(home, 'logs', `${ONLY_MINE.person}.log`))
}

function writeJournal(): void {
  mkdirSync(join(home, 'executor'), { recursive: true })
  using db = new DatabaseSync(join(home, 'executor/journal.db'))
  db.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER, type TEXT, body TEXT)')
  const insert = db.prepare('INSERT INTO events (at, type, body) VALUES (?, ?, ?)')
  for (const text of ALL) insert.run(NOW, text, JSON.stringify({ code: text }))
  insert.run(NOW, 'signal', JSON.stringify(ONLY_MINE))
  insert.run(NOW, 'fill', JSON.stringify(ONLY_MINE))
  insert.run(NOW, 'fill', JSON.stringify(ONLY_MINE))
  insert.run(NOW, 'step', JSON.stringify({ code: 'size.max', message: MIXED }))
  insert.run(NOW, 'refused', JSON.stringify({ code: 'expired', message: MIXED }))
}

function examined(): Examined[] {
  const findings = [
    { check: 'runtime', ok: true, text: 'Node v26.10.0' },
    {
      check: 'home',
      ok: false,
      text: `others may look into ${home}: run chmod 700 ${home}, as its owner`,
    },
    ...ALL.map((text) => ({ check: 'exchange', ok: false, text })),
    ...ALL.map((text) => ({
      check: 'broker',
      ok: false,
      text: `the exchange did not answer: ${text}`,
    })),
    ...ALL.map((text) => ({
      check: 'access',
      ok: false,
      text: `ECONNREFUSED ${text}; binance, ${text}`,
    })),
  ]
  return [
    { account: null, home, findings },
    { account: ONLY_MINE.account, home: join(home, 'accounts', ONLY_MINE.account), findings },
  ]
}

function report(): string {
  const environment = {
    ...Object.fromEntries(ALL.map((text) => [`KEYSIDE_${text}`, text])),
    KEYSIDE_EXECUTOR__KEYCHAIN: ONLY_MINE.secret,
    SECRET: MIXED,
  }
  return supportReport({ examined: examined(), environment, platform: process.platform, now: NOW })
}

/** Any five characters in a row of what is only the owner's, but for words that everybody has. */
function leaked(text: string): string[] {
  const common = /^(?:[a-z ]*|\W*)$/
  const lower = text.toLowerCase()
  return Object.entries(ONLY_MINE).flatMap(([kind, mine]) =>
    Array.from({ length: mine.length - 4 }, (_, at) => mine.slice(at, at + 5))
      .filter((part) => !common.test(part) && lower.includes(part.toLowerCase()))
      .map((part) => `${kind}: ${part}`),
  )
}

test('nothing that is only its owner’s is in a report, wherever it was', () => {
  writeConfig()
  writeLogs()
  writeJournal()
  for (const file of ['executor/vault.json', 'bot/telegram.token', 'policy.yaml', ONLY_MINE.file])
    write(file, MIXED)
  const text = report()
  expect(leaked(text)).toEqual([])
  // Words in lower case are anybody's; these are not.
  for (const word of [
    'ottilie',
    'quibbleworth',
    'giraffe',
    'umbrella',
    'momentum',
    'savings',
    'zorkmid',
  ])
    expect(text.toLowerCase()).not.toContain(word)
  expect(leaked(`x${MIXED}`).length, 'the search finds them').toBeGreaterThan(200)
})

test('what helps is in it', () => {
  writeConfig()
  writeLogs()
  writeJournal()
  const text = report()
  expect(text).toContain('Nothing was sent')
  expect(text).toContain(`Node ${process.versions.node}`)
  expect(text).toMatch(
    /MISSING home: others may look into (\[\d+\]): run chmod 700 \1, as its owner/,
  )
  expect(text).toMatch(/the exchange did not answer: \[\d+\]/)
  expect(text).toMatch(/ECONNREFUSED \[\d+\]; binance, \[\d+\]/)
  expect(text).toContain('executor.exchange.name: paper')
  expect(text).toContain('executor.home.url: mqtts, another machine')
  expect(text).toContain('executor.home.tls: a pin')
  expect(text).toContain('executor.keychain: set, to something else')
  expect(text).toContain(`executor.keychain, not shown: ${ALL.length}\n`)
  const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')
  const shown = text.match(/^(?:broker|authority|engine|executor|bot)\.[\w.]+(?=: )/gm) ?? []
  expect(shown.length).toBeGreaterThan(10)
  for (const path of shown)
    expect(page).toMatch(new RegExp(`\`[^\`]*\\b${path.split('.').at(-1)}\\b`))
  expect(text).toContain('fill: 2\n')
  expect(text).toContain('step size.max\n')
  expect(text).toContain('refused expired\n')
  expect(text).toContain('warn the exchange answers\n')
  expect(text).toMatch(/\(broker_unreachable\)/)
  expect(text).toMatch(
    /executor: ended by itself \(\[\d+\]\); started again in \[\d+\] s, the others go on/,
  )
})

test('a home with nothing in it, and one that is damaged, are told as that', () => {
  expect(report()).toContain('cannot be read: config_missing')
  write('config.yaml', 'executor: [\n')
  write('executor/journal.db', 'no database')
  const text = report()
  expect(text).toContain('== Configuration\nit is no YAML that Keyside reads, from line')
  expect(text).toContain('== Journal\ncannot be read: journal_damaged')
})

test('of a text the words of the code stay, in whole sentences alone, and the same text has the same mark', () => {
  const code = [
    `log.warn('it\\'s the broker that went away')`,
    'const one = `cannot reach $' + '{broker.at({ a: 1 })}: $' + '{reason}; look there`',
    'const short = `$' + '{one} is $' + '{other}`, name = "alice"',
  ]
  const words = new Redactor(code, ['executor', 'ETIMEDOUT', 'size.max'])
  expect(words.show("it's the broker that went away")).toBe("it's the broker that went away")
  expect(words.show("cannot reach host:1: it's the broker that went away; look there")).toBe(
    "cannot reach [1]: it's the broker that went away; look there",
  )
  expect(words.show('cannot reach host:1: ETIMEDOUT; look there')).toBe(
    'cannot reach [1]: ETIMEDOUT; look there',
  )
  expect(words.show('alice')).toBe('[2]')
  expect(words.show('alice is rich')).toBe('[3]')
  expect(words.show('cannot reach')).not.toContain('cannot')
  expect(words.show('the executor (size.max)')).toBe('[5] executor (size.max)')
  for (const part of [
    'x-executor',
    '/executor/',
    'executor.db',
    'executor@x',
    'executor-alice',
    'EXECUTOR',
  ])
    expect(words.show(part)).toMatch(/^\[\d+\]$/)
  expect(words.mark('alice')).toBe('[2]')
})

test('a setting is shown only in the form that it should have', () => {
  const text = (limits: unknown) => stringify({ broker: { limits, plaintext: 'yes' } })
  expect(shownSettings(text({ maxRetained: 5, other: 7 }))).toEqual([
    'broker.limits.maxRetained: 5',
    'broker.plaintext: yes',
    'not shown: 1',
  ])
  expect(shownSettings(text({ maxRetained: 'a secret' }))).toContain(
    'broker.limits.maxRetained: set, to something else',
  )
})

test('of one account alone, the logs of its home are in it too', () => {
  writeLogs()
  writeConfig()
  write('accounts/live/config.yaml', 'executor: {}\n')
  const one = { account: null, home: join(home, 'accounts/live'), findings: [] }
  const parts = { environment: {}, platform: process.platform, now: NOW }
  const text = supportReport({ examined: [one], ...parts })
  expect(text).toContain('executor: no sign of life within 15 s')
  expect(text).toContain('== Last log lines: up')
  expect(leaked(text)).toEqual([])
})
