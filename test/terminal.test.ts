// What is typed at a real terminal: secrets are shown neither while a question waits nor before it, and nothing is lost.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
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
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { keyside, MAIN } from './keyside.ts'

/**
 * Runs a command at a pseudo terminal, and types each text as soon as the screen shows what it waits for. One that asks for
 * more than that says nothing for half a minute and is ended, by far sooner than the test would be.
 */
const AT_TERMINAL = `
import json, os, pty, select, signal, sys
asked = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0: os.execvpe(asked['argv'][0], asked['argv'], asked['env'])
screen, at = b'', 0
for wait, typed in asked['typed'] + [[None, '']]:
    while wait is None or screen.find(wait.encode(), at) == -1:
        if not select.select([terminal], [], [], 30)[0]: os.kill(pid, signal.SIGKILL)
        try: part = os.read(terminal, 65536)
        except OSError: part = b''
        if not part: break
        screen += part
    if wait is not None and screen.find(wait.encode(), at) != -1:
        at = screen.find(wait.encode(), at) + len(wait)
        os.write(terminal, typed.encode())
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({'code': code, 'screen': screen.decode()}))
`

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0
if (!hasPython) console.log('skipped: a real terminal is played by Python 3')

async function atTerminal(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  typed: readonly (readonly [string, string])[],
): Promise<{ code: number; screen: string }> {
  const child = spawn('python3', ['-c', AT_TERMINAL, JSON.stringify({ argv, env, typed })])
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return JSON.parse(said)
}

/** Prompts as commands do, and prints the answer in hexadecimal, so that the echo can be told from it. */
const ASKS = `
  const { prompt, promptSecret, confirm, expectPrompts } = await import(process.argv[1])
  expectPrompts()
  console.log('armed')
  const hex = (text) => Buffer.from(text).toString('hex')
  const before = Date.now()
  while (Date.now() < before + 300);
  const key = await prompt('Key: ')
  const secret = await promptSecret('Its secret: ')
  console.log('heard ' + hex(key) + ' ' + hex(secret))
  if (process.argv[2] === 'confirm') console.log('confirmed ' + (await confirm('Sure?')))
`
const asks = (...more: string[]) => [
  process.execPath,
  '--input-type=module',
  '--eval',
  ASKS,
  join(import.meta.dirname, '..', 'cli', 'terminal', 'prompt.ts'),
  ...more,
]
const hex = (word: string) => Buffer.from(word).toString('hex')
const ENV = { PATH: process.env['PATH'] }
const SECRET = 'Zx81-the-secret-Kq'

test.skipIf(!hasPython).each<[string, readonly (readonly [string, string])[]]>([
  ['pasted together with the key', [['Key: ', `public\n${SECRET}\n`]]],
  [
    'pasted together with the key, with the line ends of Windows',
    [['Key: ', `public\r\n${SECRET}\r\n`]],
  ],
  [
    'typed at its question',
    [
      ['Key: ', 'public\r'],
      ['secret: ', `${SECRET}\r`],
    ],
  ],
  ['typed before any question', [['armed', `public\n${SECRET}\n`]]],
  [
    'pasted with the marks of a terminal',
    [
      ['Key: ', 'public\r'],
      ['secret: ', `\u001b[200~${SECRET}\u001b[201~\r`],
    ],
  ],
  [
    'corrected',
    [
      ['Key: ', 'publicc\u007f\r'],
      ['secret: ', `wrong\u0015${SECRET}x\u007f\r`],
    ],
  ],
])('a secret is not shown when it is %s, and arrives whole', async (_, typed) => {
  const { code, screen } = await atTerminal(asks(), ENV, typed)
  expect(screen).toContain(`heard ${hex('public')} ${hex(SECRET)}`)
  expect(screen).not.toContain(SECRET)
  expect(screen.replaceAll('c\b \b', '')).toContain('Key: public\r\n')
  expect(code).toBe(0)
})

test.skipIf(!hasPython)('a third question is asked for itself', async () => {
  const { screen } = await atTerminal(asks('confirm'), ENV, [
    ['Key: ', `public\n${SECRET}\n\n\n`],
    ['[y/N] ', 'y\r'],
  ])
  expect(screen).toContain('confirmed true')
})

test.skipIf(!hasPython)('Enter alone is the answer that a question says it is', async () => {
  const { screen } = await atTerminal(asks('confirm'), ENV, [
    ['Key: ', `public\n${SECRET}\n`],
    ['[y/N] ', '\r'],
  ])
  expect(screen).toContain('confirmed false')
})

test.skipIf(!hasPython)('Ctrl-C ends a question, and Ctrl-D gives no answer', async () => {
  expect(await atTerminal(asks(), ENV, [['Key: ', '\u0003']])).toMatchObject({ code: -2 })
  const { screen, code } = await atTerminal(asks(), ENV, [['Key: ', '\u0004']])
  expect(screen).toContain('no answer to "Key:"')
  expect(code).not.toBe(0)
})

function emptyHome(mode = 0o700) {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-terminal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(home, mode)
  return { home, env: { ...ENV, HOME: process.env['HOME'], KEYSIDE_HOME: home } }
}

const keysideAt = (...words: string[]) => [process.execPath, MAIN, ...words]

test.skipIf(!hasPython)(
  'init refuses a short passphrase before it is typed again, and makes nothing',
  async () => {
    const { home, env } = emptyHome()
    const { screen, code } = await atTerminal(
      keysideAt('init', '--role', 'alone', '--keychain', 'vault'),
      env,
      [
        ['Enter): ', '\r'],
        ['BotFather: ', `12345678:${'a'.repeat(35)}\r`],
        ['characters: ', 'short\r'],
      ],
    )
    expect(screen).toContain('(vault_passphrase_short)')
    expect(screen).not.toContain('once more')
    expect(code).toBe(3)
    expect(readdirSync(home)).toEqual([])
  },
)

test.skipIf(!hasPython)(
  'init takes no other answer for paper: what is none of the choices is refused',
  async () => {
    const { home, env } = emptyHome()
    const { screen, code } = await atTerminal(
      keysideAt('init', '--role', 'alone', '--keychain', 'vault'),
      env,
      [['Enter): ', 'binanc\r']],
    )
    expect(screen).toContain('"binanc" is none of paper, binance')
    expect(screen).toContain('(answer_unknown)')
    expect(screen).not.toMatch(/BotFather|Passphrase/)
    expect(code).toBe(3)
    expect(readdirSync(home)).toEqual([])
  },
)

test.skipIf(!hasPython)('a program that cannot start says so once at a terminal', async () => {
  const { env } = emptyHome()
  const { screen } = await atTerminal(keysideAt('executor'), env, [])
  expect(screen.match(/config_missing/g)).toHaveLength(1)
  expect(screen.trim().split('\n')).toHaveLength(1)
})

test('a home that was made beforehand is closed by init', async () => {
  const { home, env } = emptyHome(0o755)
  const token = `12345678:${'a'.repeat(35)}`
  writeFileSync(join(home, '..', 'passphrase'), 'correct horse battery\n', { mode: 0o600 })
  const init = [
    'init',
    '--role',
    'alone',
    '--keychain',
    'vault',
    '--passphrase-file',
    join(home, '..', 'passphrase'),
  ]
  expect(await keyside(init, { env, answers: [token] })).toMatchObject({ code: 0 })
  for (const path of [
    '.',
    'config.yaml',
    'policy.yaml',
    'strategies',
    'authority',
    'engine',
    'executor',
    'bot',
  ])
    expect([path, statSync(join(home, path)).mode & 0o077]).toEqual([path, 0])
})

test('init does not take a folder that holds something and that others may look into', async () => {
  const { home, env } = emptyHome(0o755)
  writeFileSync(join(home, 'something'), '')
  const { code, stderr } = await keyside(['init', '--role', 'alone', '--keychain', 'vault'], {
    env,
  })
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/choose another KEYSIDE_HOME.*\(home_not_private\)\n$/),
  })
  expect(statSync(home).mode & 0o777).toBe(0o755)
})

test('a home that others may look into is closed by every command', async () => {
  const { home, env } = emptyHome(0o755)
  writeFileSync(join(home, 'config.yaml'), 'broker: {}\n')
  await keyside(['health', 'broker'], { env })
  expect(statSync(home).mode & 0o777).toBe(0o700)
})

test('no other folder is touched because a variable names it', async () => {
  const { home, env } = emptyHome(0o755)
  await keyside(['doctor'], { env })
  expect(statSync(home).mode & 0o777).toBe(0o755)
})

test.each([
  ['--version', 0, /^\d+\.\d+\.\d+\n$/],
  ['-V', 0, /^\d+\.\d+\.\d+\n$/],
])('keyside %s says which it is', async (word, code, says) => {
  expect(await keyside([word], { env: ENV })).toEqual({
    code,
    stdout: expect.stringMatching(says),
    stderr: '',
  })
})

test('the health of a program that does not exist is not asked for', async () => {
  const { env } = emptyHome()
  const { code, stderr } = await keyside(['health', 'foo'], { env })
  expect(code).not.toBe(0)
  expect(stderr).toMatch(
    /'foo' is invalid.*no such program: expected one of broker, authority, engine, executor, bot, sandbox/,
  )
})

test('doctor without a configuration says so once', async () => {
  const { home, env } = emptyHome()
  const file = join(home, 'report.txt')
  const { code, stdout } = await keyside(['doctor', '--report', file], { env })
  expect(code).toBe(1)
  expect(stdout.match(/keyside init/g)).toHaveLength(1)
  expect(stdout).toMatch(/^MISSING +config /m)
  expect(stdout).toContain(`Written: ${file}. Nothing was sent`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const report = readFileSync(file, 'utf8')
  expect(report).toMatch(/MISSING config: .*run "keyside init" first/)
  expect(report).not.toContain(home)
  const again = await keyside(['doctor', '--report', file], { env })
  expect(again.stderr).toMatch(/already.*\(file_exists\)/)
  expect(readFileSync(file, 'utf8')).toBe(report)
})

test.each(['doctor', '--help'])(
  'a command whose reader has gone ends without a word: %s',
  async (word) => {
    const { env } = emptyHome()
    const child = spawn(process.execPath, [MAIN, word], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [stderr, [ended]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    // 128 and SIGPIPE, as a shell reports it; a program that had nothing left to write ends normally.
    expect({ stderr, ended }).toEqual({ stderr: '', ended: word === 'doctor' ? 141 : 0 })
  },
)

test('a program goes on when the reader of its log has gone', async () => {
  const { env } = emptyHome()
  const options = ['sandbox', '--exchange-port', '0', '--telegram-port', '0']
  const child = spawn(process.execPath, [MAIN, ...options], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.kill('SIGTERM')
  const [stderr, [ended]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect({ stderr, ended }).toEqual({ stderr: '', ended: 0 })
})
