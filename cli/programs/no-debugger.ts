// No debugger by signal or by environment: its port allows running code as this user.
// The flag --disable-sigusr1 shuts it from the start; this is for a program that was started without it.
import { close, url } from 'node:inspector'
import { environment } from '../terminal/config.ts'

/** A debugger requested before this line opens a little later: poll interval and duration, ms. */
const POLL_MS = 20
const POLL_FOR_MS = 3_000

process.on('SIGUSR1', () => undefined)
// Nor for what this program starts.
delete environment['NODE_OPTIONS']

closeInspector()
const looks = setInterval(closeInspector, POLL_MS).unref()
setTimeout(() => clearInterval(looks), POLL_FOR_MS).unref()

/** Closes the inspector unless the command line asked for it. */
function closeInspector(): void {
  if (url() === undefined || process.execArgv.some((word) => word.startsWith('--inspect'))) return
  close()
}
