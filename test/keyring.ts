// A gnome-keyring of its own for one command, on a D-Bus session that ends with it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

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

/** Program and arguments that run `command` with the keyring. */
export function withKeyring(command: readonly string[]): [string, string[]] {
  return ['dbus-run-session', ['--', 'bash', '-c', SESSION, 'bash', ...command]]
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
