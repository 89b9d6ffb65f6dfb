// keyside halt: an emergency stop that says which executor it reached, and what that one answered.
import { homesWithExecutor } from '@keyside/executor'
import { KeysideError, keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { accountHomes } from '../home/accounts.ts'
import { mayTrade } from '../home/roles.ts'
import { EXIT } from '../programs/exit.ts'
import { haltExecutor } from '../programs/halt-executor.ts'
import { haltLines, isHaltedBy } from '../programs/halt-report.ts'
import { environment } from '../terminal/config.ts'
import { print, printJson } from '../terminal/print.ts'

export function addHalt(program: Command): void {
  program
    .command('halt')
    .description('stop all trading on this device at once, whatever else is down')
    .option('--sell', 'also sell everything that is held', false)
    .option('--json', 'for a program', false)
    .addHelpText(
      'after',
      `
Halts every executor of this user; with KEYSIDE_HOME set, those of that home;
with --account, that account's alone. One that does not answer within 3 s is
killed. Exits and stops still work. It lasts over restarts. Exit status 0 only
if something was halted and nothing was missed.
Example:
  keyside halt
  keyside halt --sell
  keyside halt --account live`,
    )
    .action(halt)
}

interface Options {
  sell: boolean
  json: boolean
  account?: string
}

async function halt({ sell, json, account }: Options): Promise<void> {
  const positions = sell ? 'sell' : 'keep'
  // In hexadecimal, so that it cannot spell a word.
  const id = Buffer.from(systemRandomBytes(8)).toString('hex')
  const outcomes = await Promise.all(
    homes(account === undefined ? 'all accounts' : 'one account').map(async (home) => {
      const outcome = await haltExecutor(home, { positions, id, clock: systemClock })
      if (!json) print(...haltLines(home, outcome, positions))
      return { home, ...outcome }
    }),
  )
  const reached = outcomes.filter(({ outcome }) => outcome !== 'not_running')
  const isDone = reached.length > 0 && reached.every((one) => isHaltedBy(one, positions))
  if (json) printJson({ halted: isDone ? 'yes' : 'no', executors: outcomes })
  else if (isDone) print('"keyside unhalt" at this device is the only way back.')
  process.exitCode = isDone ? EXIT.ok : EXIT.failed
}

/** Those of KEYSIDE_HOME; else the usual ones, and each where an executor runs. */
function homes(which: 'all accounts' | 'one account'): readonly string[] {
  const home = keysideHome(environment)
  const running = homesWithExecutor()
  if (environment['KEYSIDE_HOME']) {
    if (mayTrade(home) || running.includes(home))
      return which === 'one account' ? [home] : accountHomes(home)
    throw new KeysideError(
      'home_missing',
      `nothing was halted: ${home} is no home that trades${instead(running)}`,
    )
  }
  const all = [...new Set([...running, ...(mayTrade(home) ? accountHomes(home) : [])])]
  if (all.length > 0) return all
  throw new KeysideError(
    'executor_not_found',
    `nothing was halted: no executor of this user runs, and ${home} is no home that trades; if one runs as another user or in a container, give its home in KEYSIDE_HOME`,
  )
}

function instead(running: readonly string[]): string {
  if (running.length === 0) return ', and no executor of this user runs: correct KEYSIDE_HOME'
  return `; executors of this user run in ${running.join(', ')}: "keyside halt" without KEYSIDE_HOME halts them`
}
