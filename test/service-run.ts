// `npm run service-run`: what the unit of "keyside service" starts, started as the unit says it, on a sandbox of its own. A
// program is killed, then all of it, then it is stopped and begun anew as by an upgrade, while a position is held: it is sold
// in the end by its strategy, and was bought once. Minutes of real time; Linux.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installed, systemClock, systemRandomBytes } from '@keyside/runtime'
import { newSandboxSecrets, startSandbox } from '../cli/sandbox/sandbox.ts'
import { makeSandboxHome } from '../cli/sandbox/sandbox-home.ts'
import { systemdService } from '../cli/service/systemd.ts'
import { UNASKED_POLICY } from './test-system.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyside-service-run-'))
const home = join(folder, 'home')
const credentials = join(folder, 'credentials')
mkdirSync(home, { mode: 0o700 })
mkdirSync(credentials)
const parts = { clock: systemClock, randomBytes: systemRandomBytes }
const sandbox = await startSandbox({ ...parts, secrets: newSandboxSecrets(systemRandomBytes) })
const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts, policy: UNASKED_POLICY })
writeFileSync(join(credentials, 'vault-passphrase'), passphrase, { mode: 0o440 })

const unit = systemdService.text({
  home,
  user: { name: userInfo().username, home: folder },
  node: process.execPath,
  code: installed().replace(/\/$/, ''),
  passphrase: 'credential',
})
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
const [program = '', ...words] = setting('ExecStart').split(' ')
const [variable = '', value = ''] = setting('Environment').split('=')

/** With what systemd gives, and nothing else. */
function start(): ChildProcess {
  return spawn(program, words, {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: folder,
      [variable]: value,
      CREDENTIALS_DIRECTORY: credentials,
    },
  })
}

const said = () => {
  try {
    return readFileSync(join(home, 'logs', 'up.log'), 'utf8')
  } catch {
    return ''
  }
}

async function until(what: string, look: () => boolean | Promise<boolean>, seconds = 90) {
  const begun = performance.now()
  while (!(await look())) {
    if (performance.now() - begun > seconds * 1_000) throw new Error(`${what}: never\n${said()}`)
    await sleep(250)
  }
  process.stdout.write(`${((performance.now() - begun) / 1_000).toFixed(1)} s  ${what}\n`)
}

async function filled(side: string): Promise<number> {
  const response = await fetch(`${sandbox.exchange.address}/sandbox/orders`)
  const orders = (await response.json()) as { side: string; executed: string }[]
  return orders.filter((one) => one.side === side && Number(one.executed) > 0).length
}

const starts = () => said().match(/ engine +/g)?.length ?? 0
const executor = () => Number(readFileSync(join(home, 'run', 'executor.alive'), 'utf8'))
let up = start()
try {
  await until('started', () => starts() === 1)
  await until('bought', async () => (await filled('buy')) > 0)
  process.kill(executor(), 'SIGKILL')
  await until('executor killed, and begun again', () => / executor +started again/.test(said()))
  up.kill('SIGKILL')
  await once(up, 'exit')
  up = start()
  await until('all of it killed, and begun again', () => starts() === 2)
  up.kill('SIGTERM')
  const [code] = await once(up, 'exit')
  if (code !== 0) throw new Error(`stopped with ${code}`)
  up = start()
  await until('stopped, and begun again', () => starts() === 3)
  const bought = await filled('buy')
  await until('sold, in the end', async () => (await filled('sell')) > 0, 600)
  process.stdout.write(`bought ${bought} times before that\n`)
  if (bought !== 1) throw new Error('bought more than once')
  const verify = spawnSync(program, [...words.slice(0, -1), 'journal', 'verify'], {
    env: { KEYSIDE_HOME: home, HOME: folder },
    encoding: 'utf8',
  })
  process.stdout.write(verify.stdout)
  if (verify.status !== 0) throw new Error(verify.stderr)
} finally {
  up.kill('SIGTERM')
  if (up.exitCode === null && up.signalCode === null) await once(up, 'exit')
  await sandbox.stop()
  rmSync(folder, { recursive: true })
}
process.exit()
