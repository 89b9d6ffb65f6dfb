// Runs a command under a D-Bus session with an unlocked gnome-keyring of its own; both end with the command.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

export function hasKeyring(): boolean {
  const there = ['dbus-run-session', 'gnome-keyring-daemon'].every(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0,
  )
  if (!there) console.log('skipped: the OS keychain needs gnome-keyring and dbus-run-session')
  return there
}

/** `home` is a private folder with a folder `run` in it. */
export function underKeyring(home: string, command: string, args: readonly string[]) {
  const start =
    'printf "keyring" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
  return {
    command: 'dbus-run-session',
    args: ['--', 'sh', '-c', start, 'sh', command, ...args],
    options: {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_RUNTIME_DIR: join(home, 'run'),
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_CACHE_HOME: join(home, 'cache'),
      },
    },
  }
}
