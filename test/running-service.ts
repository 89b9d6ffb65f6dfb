// What the unit of "keyside service" starts, started as the unit says it, on a sandbox that outlives it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { newSandboxSecrets, type Sandbox, startSandbox } from '../cli/sandbox/sandbox.ts'
import { makeSandboxHome } from '../cli/sandbox/sandbox-home.ts'
import { systemdService } from '../cli/service/systemd.ts'
import { atInterrupt } from './at-interrupt.ts'

export interface ServiceOptions {
  /** The installation that is started, and may be changed under it. */
  readonly code: string
  readonly policy: string
  /** Its strategies, by file name; the demo is not among them. */
  readonly strategies: Readonly<Record<string, string>>
  /** Where the home is made; a folder of its own when left out. */
  readonly at?: string
}

export interface RunningService {
  readonly home: string
  readonly sandbox: Sandbox
  readonly passphrase: string
  /** Of what the unit starts. */
  readonly environment: NodeJS.ProcessEnv
  /** As the unit says it; resolves when all programs are up. Rejects with what it said after a minute and a half. */
  start(): Promise<ChildProcess>
  /** As systemd does it; throws where it does not end well. */
  stop(): Promise<void>
  /** All of it dies at once, as when the power goes. */
  kill(): Promise<void>
  /** All of its processes, by program; `up` is their parent. */
  processes(): ReadonlyMap<string, number>
  /** What `up` has said, of all starts. */
  said(): string
  close(): Promise<void>
}

export async function openService(options: ServiceOptions): Promise<RunningService> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-service-'))
  const home = join(options.at ?? folder, 'home')
  const credentials = join(folder, 'credentials')
  mkdirSync(home, { mode: 0o700 })
  mkdirSync(credentials)
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  const sandbox = await startSandbox({ ...parts, secrets: newSandboxSecrets(systemRandomBytes) })
  const { policy, code, strategies } = options
  const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts, policy })
  writeFileSync(join(credentials, 'vault-passphrase'), passphrase, { mode: 0o440 })
  rmSync(join(home, 'strategies/demo.yaml'))
  for (const [name, text] of Object.entries(strategies))
    writeFileSync(join(home, 'strategies', name), text)
  const unit = systemdService.text({
    home,
    user: { name: userInfo().username, home: folder },
    node: process.execPath,
    code,
    passphrase: 'credential',
    network: { reach: 'open', why: 'it is a test' },
  })
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
  const [program = '', ...words] = setting('ExecStart').split(' ')
  const [variable = '', value = ''] = setting('Environment').split('=')
  // What systemd gives, and nothing else.
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: folder,
    [variable]: value,
    CREDENTIALS_DIRECTORY: credentials,
  }
  let up: ChildProcess | null = null
  let printed = ''
  const said = () => {
    try {
      return readFileSync(join(home, 'logs', 'up.log'), 'utf8')
    } catch {
      return ''
    }
  }
  const isRunning = () => up !== null && up.exitCode === null && up.signalCode === null
  const ended = async () => {
    if (up !== null && isRunning()) await once(up, 'exit')
    return up?.exitCode ?? null
  }
  const processes = () => {
    const all = up?.pid === undefined || !isRunning() ? [] : withChildren(up.pid)
    return new Map(all.map((pid) => [nameOf(pid), pid]))
  }
  const killAll = () => {
    for (const pid of processes().values()) process.kill(pid, 'SIGKILL')
  }
  const remove = () => {
    rmSync(home, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
  const closed = atInterrupt(() => {
    killAll()
    remove()
  })
  const claimed = () => /\/start ([\w-]+)/.exec(printed)?.[1]
  return {
    home,
    sandbox,
    passphrase,
    environment,
    said,
    processes,
    start: async () => {
      printed = ''
      const began = performance.now()
      up = spawn(program, words, {
        cwd: '/',
        stdio: ['ignore', 'pipe', 'inherit'],
        env: environment,
      })
      up.stdout?.setEncoding('utf8').on('data', (text) => {
        printed += text
      })
      while (!printed.includes('Files and logs:')) {
        if (!isRunning() || performance.now() - began > 90_000)
          throw new Error(`it did not start:\n${printed}\n${said()}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      const code = claimed()
      if (code !== undefined) sandbox.telegram.chat().followDeepLink(code)
      return up
    },
    stop: async () => {
      up?.kill('SIGTERM')
      const code = await ended()
      if (code !== 0) throw new Error(`stopped with ${code}:\n${said()}`)
    },
    kill: async () => {
      killAll()
      await ended()
    },
    close: async () => {
      closed()
      up?.kill('SIGTERM')
      await ended()
      await sandbox.stop()
      remove()
    },
  }
}

/** The word behind the file that Node runs. */
function nameOf(pid: number): string {
  const words = wordsOf(pid)
  const at = words.findIndex((word) => word.endsWith('.js'))
  return words[at + 1] || (words[at] ?? String(pid))
}

function wordsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** proc(5): the children of each of its threads. */
function withChildren(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const children = threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    )
    return [pid, ...children.flatMap((child) => withChildren(Number(child)))]
  } catch {
    return []
  }
}
