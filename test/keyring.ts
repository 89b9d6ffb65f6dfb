// A gnome-keyring of its own for one command, on a D-Bus session that ends with it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PROGRAMS = ['dbus-run-session', 'gnome-keyring-daemon']

/** Says in one line what is missing, if anything is. */
export function hasKeyring(): boolean {
  const missing = PROGRAMS.filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  )
  if (missing.length > 0) console.warn(`skipped: the OS keychain needs ${missing.join(' and ')}`)
  return missing.length === 0
}

/** The daemon stays in the foreground, so that the trap ends it with the session. */
const SESSION = `
coproc KEYRING { exec gnome-keyring-daemon --unlock --foreground --components=secrets; }
trap 'kill $KEYRING_PID; wait $KEYRING_PID' EXIT
printf 'a passphrase' >&"\${KEYRING[1]}"; exec {KEYRING[1]}>&-
"$@"
`

/** As after a reboot: the daemon runs on the keyring of an earlier session, which is locked. */
const LOCKED_SESSION = `
gnome-keyring-daemon --foreground --components=secrets & LOCKED=$!
trap 'kill $LOCKED; wait $LOCKED' EXIT
"$@"
`

/** Program and arguments that run `command` with the keyring. */
export function withKeyring(
  command: readonly string[],
  { state = 'unlocked' }: { state?: 'unlocked' | 'locked' } = {},
): [string, string[]] {
  const session = state === 'locked' ? LOCKED_SESSION : SESSION
  return ['dbus-run-session', ['--', 'bash', '-c', session, 'bash', ...command]]
}

/** An environment in which nothing of the user's own session is seen. `home` is an empty private folder. */
export function bareEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  }
}

export interface Keyring {
  /** For every program that is to use it. */
  readonly env: NodeJS.ProcessEnv
  close(): Promise<void>
}

/** A keyring that several programs share, until it is closed. `home` is an empty private folder. */
export async function openKeyring(home: string): Promise<Keyring> {
  const bare = bareEnvironment(home)
  const [program, args] = withKeyring(['sh', '-c', 'echo "$DBUS_SESSION_BUS_ADDRESS"; cat'])
  const session = spawn(program, args, { env: bare, stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(session, 'exit')
  const [address] = (await once(createInterface({ input: session.stdout }), 'line')) as [string]
  const close = async () => {
    session.stdin.end()
    await exited
  }
  return { env: { ...bare, DBUS_SESSION_BUS_ADDRESS: address }, close }
}

const DUMP = `
  const { default: keytar } = await import('keytar')
  console.log(JSON.stringify(await keytar.findCredentials(process.argv[1])))
`

/** What the keychain of a home holds, read with keytar itself. */
export function keychainEntries(home: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', DUMP, `keyside ${home}`],
    { env, cwd: join(import.meta.dirname, '..'), encoding: 'utf8' },
  )
  const entries = JSON.parse(stdout) as { account: string; password: string }[]
  return Object.fromEntries(entries.map(({ account, password }) => [account, password]))
}
