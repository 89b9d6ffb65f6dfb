// No debugger by signal or by environment: whoever reaches its port runs code as this user, with the keys at hand.
// The flag --disable-sigusr1 shuts it from the start; this is for a program that was started without it.
import { close, url } from 'node:inspector'
import { environment } from '../terminal/config.ts'

/** One that was asked for before this line opens a little later: how often that is looked for, and how long, ms. */
const POLL_MS = 20
const POLL_FOR_MS = 3_000

process.on('SIGUSR1', () => undefined)
// Nor for what this program starts.
delete environment['NODE_OPTIONS']

closeInspector()
const looks = setInterval(closeInspector, POLL_MS).unref()
setTimeout(() => clearInterval(looks), POLL_FOR_MS).unref()

/** A person who debugs says so in the command itself. */
function closeInspector(): void {
  if (url() === undefined || process.execArgv.some((word) => word.startsWith('--inspect'))) return
  close()
}
