// keyside unhalt: ends a halt. Only possible at the device.
import {
  askForUnhalt,
  executorAt,
  homesWithExecutor,
  isHalted,
  readAnswer,
  unhalt,
  unhaltFile,
} from '@keyside/executor'
import { KeysideError, keysideHome, newJti, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { accountHomes } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { mayTrade } from '../home/roles.ts'
import { explainError } from '../programs/exit.ts'
import { ANSWER_TIMEOUT_MS, pollUntil } from '../programs/halt-executor.ts'
import { environment } from '../terminal/config.ts'
import { print } from '../terminal/print.ts'
import { confirm } from '../terminal/prompt.ts'
import { terminalUser } from '../terminal/terminal-user.ts'

export function addUnhalt(program: Command): void {
  program
    .command('unhalt')
    .description('trade again after a halt')
    .option('--yes', 'do not ask', false)
    .addHelpText(
      'after',
      `
Finds the executor that is halted, running or not. Where several are, it asks about each; --account or KEYSIDE_HOME names one.
Example:
  keyside unhalt`,
    )
    .action(run)
}

async function run({ yes, account }: { yes: boolean; account?: string }): Promise<void> {
  const homes = account === undefined ? haltedHomes() : [keysideHome(environment)]
  if (homes.length === 0) return print('Nothing is halted.')
  if (yes && homes.length > 1)
    throw new KeysideError(
      'executor_ambiguous',
      `several executors are halted, and --yes is for one: say which with --account, or with KEYSIDE_HOME=${homes.join(' or KEYSIDE_HOME=')}`,
    )
  const by = terminalUser()
  const left: string[] = []
  const refused: KeysideError[] = []
  for (const home of homes) {
    if (!yes && !(await confirm(`Let the executor of ${home} trade again?`))) left.push(home)
    else
      try {
        print(await undo(home, by))
      } catch (thrown) {
        // The next home is asked about all the same.
        const error = explainError(thrown)
        if (!(error instanceof KeysideError)) throw error
        refused.push(error)
      }
  }
  if (left.length > 0)
    refused.push(new KeysideError('not_confirmed', `still halted: ${left.join(', ')}`))
  const [first] = refused
  if (first !== undefined)
    throw new KeysideError(first.code, refused.map(({ message }) => message).join('; '))
}

const WORDS = {
  unhalted: (home: string) => `Unhalted: the executor of ${home} trades when it is started.`,
  withdrawn: (home: string) =>
    `The request was taken off again; the journal of ${home} itself is not halted.`,
  not_halted: (home: string) => `${home} was not halted.`,
}

async function undo(home: string, by: string): Promise<string> {
  const { database } = executorSection(home)
  const found = executorAt(home)
  if (found.executor !== 'none') {
    const answer = await asked(home, by)
    if (answer !== null && answer.trading !== 'halted')
      return `Unhalted: the executor of ${home} (process ${found.note.pid}) trades again.`
    if (answer !== null)
      throw new KeysideError(
        'still_halted',
        `still halted: another halt came to ${home}, or its journal is held by another program; ask again`,
      )
    // An executor that ran elsewhere may have ended: then its journal here is not locked.
    if (found.executor === 'here' || !isHalted(home, database))
      throw new KeysideError(
        'executor_silent',
        `still halted: the executor of ${home} (process ${found.note.pid}, on ${found.note.space.split(' ')[0]}) does not answer; end it, or run "keyside unhalt" where it runs`,
      )
  }
  return WORDS[unhalt(home, { database, now: systemClock.now(), by })](home)
}

async function asked(home: string, by: string) {
  const id = newJti(systemRandomBytes)
  const text = askForUnhalt(home, { at: systemClock.now(), by, id })
  return pollUntil(() => readAnswer(unhaltFile(home), text), ANSWER_TIMEOUT_MS, systemClock)
}

/** Each that is halted, of those of KEYSIDE_HOME where that is set. */
function haltedHomes(): readonly string[] {
  const home = keysideHome(environment)
  const accounts = accountHomes(home)
  if (environment['KEYSIDE_HOME'] && !mayTrade(home) && !homesWithExecutor().includes(home))
    throw new KeysideError(
      'home_missing',
      `nothing was unhalted: ${home} is no home that trades; without KEYSIDE_HOME every halted executor of yours is found`,
    )
  if (environment['KEYSIDE_HOME'] && accounts.length === 1) return [home]
  const elsewhere = environment['KEYSIDE_HOME'] ? [] : homesWithExecutor()
  const all = [...new Set([...elsewhere, ...(mayTrade(home) ? accounts : [])])]
  return all.filter((one) => isHalted(one, executorSection(one).database))
}
