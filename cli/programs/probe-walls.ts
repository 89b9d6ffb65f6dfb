// Tries, behind the walls of a program, what each of them keeps off, and prints which do not. `keyside doctor` starts it with
// the flags that the program is started with.
import './behind-walls.ts'
import { spawn } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import inspector from 'node:inspector'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HARMLESS_SIGNAL, type WALL_NAMES } from './wall-names.ts'

// As the first code after the walls, like every program's: what was imported before keeps Node's own class.
const { DatabaseSync } = await import('node:sqlite')

const home = process.argv[2] ?? ''
/** TEST-NET-1 of RFC 5737: nobody is there. */
const NOWHERE = { host: '192.0.2.1', port: 9 }
const PATIENCE_MS = 500

/** The attempts: each is refused if its wall stands, and does no harm if it does not. */
const WALLS: Readonly<Record<(typeof WALL_NAMES)[number], () => unknown>> = {
  files: () => statSync('/'),
  writing: () => closeSync(openSync(join(home, 'config.yaml'), 'r+')),
  databases: () => new DatabaseSync(join(home, 'config.yaml')).close(),
  processes: () => once(spawn(process.execPath, ['--version'], { stdio: 'ignore' }), 'exit'),
  threads: () => new Worker('', { eval: true }).terminate(),
  debugger: () => {
    inspector.open(0, '127.0.0.1')
    inspector.close()
  },
  'native code': () => process.dlopen({ exports: {} }, process.execPath),
  signals: () => process.kill(process.ppid, HARMLESS_SIGNAL),
  connections: () => once(connect(NOWHERE), 'connect'),
  names: () => lookup('keyside.invalid'),
  listening: () => {
    const server = createServer()
    return once(server.listen(0, '127.0.0.1'), 'listening').finally(() => server.close())
  },
  'debugger by signal': () => {
    if (process.execArgv.includes('--disable-sigusr1')) throw refused()
  },
}

const REFUSALS = ['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED', 'EACCES', 'address_not_allowed']

function refused(): Error {
  return Object.assign(new Error('refused'), { code: REFUSALS[0] })
}

/** Any other error is no refusal: the attempt got through to whatever failed. */
async function stands(attempt: () => unknown): Promise<boolean> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())
  try {
    await Promise.race([attempt(), late])
    return false
  } catch (error) {
    return REFUSALS.includes(String((error as NodeJS.ErrnoException).code))
  }
}

const open: string[] = []
for (const [name, attempt] of Object.entries(WALLS)) if (!(await stands(attempt))) open.push(name)
process.stdout.write(JSON.stringify({ walls: Object.keys(WALLS).length, open }), () =>
  process.exit(),
)
