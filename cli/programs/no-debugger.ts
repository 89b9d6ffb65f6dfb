// No debugger by signal or by environment: its port allows running code as this user.
import { environment } from '../terminal/config.ts'

/** Shuts the signal from the start, so that with it, and without words in the environment, there is nothing to close. */
const SHUTS = '--disable-sigusr1'
/** A debugger requested before this line opens a little later: poll interval and duration, ms. */
const POLL_MS = 20
const POLL_FOR_MS = 3_000

process.on('SIGUSR1', () => undefined)
const mayOpen = !process.execArgv.includes(SHUTS) || environment['NODE_OPTIONS'] !== undefined
// Nor for what this program starts.
delete environment['NODE_OPTIONS']

if (mayOpen) keepShut()

/** Loads what Node debugs with, which takes half a megabyte. */
function keepShut(): void {
  const { close, url } = process.getBuiltinModule('node:inspector')
  /** Unless the command line asked for it. */
  const closeInspector = () => {
    if (url() === undefined || process.execArgv.some((word) => word.startsWith('--inspect'))) return
    close()
  }
  closeInspector()
  const looks = setInterval(closeInspector, POLL_MS).unref()
  setTimeout(() => clearInterval(looks), POLL_FOR_MS).unref()
}
