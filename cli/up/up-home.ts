// keyside up: the programs that this home has. This process runs as long as the home does and only watches over them, so it
// loads no library and no program (`test/import-graph.test.ts`): what it has to know the reader of the home tells it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describeError, keysideHome, systemClock } from '@keyside/runtime/base'
import type { Command } from '../programs/children.ts'
import { haltOnSignal } from '../programs/halt-signal.ts'
import { LogFile } from '../programs/log-file.ts'
import type { Service } from '../programs/program-names.ts'
import { stopSignal } from '../programs/stop-signal.ts'
import { claimLines } from '../terminal/claim.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { ignoreClosedPipe } from '../terminal/pipes.ts'
import { print, row } from '../terminal/print.ts'
import { askHomeReader, type HomeFacts } from './ask-home-reader.ts'
import { keepTokensFresh } from './fresh-tokens.ts'
import { startPrograms, untilEnd } from './start-programs.ts'

/** What is said here is in `logs/up.log` too, for a service that nobody watches; but no code that claims a bot. */
export async function upHome(): Promise<void> {
  ignoreClosedPipe()
  const home = keysideHome()
  // Without a home nothing is started.
  const log = existsSync(home) ? new LogFile(join(home, 'logs', 'up.log')) : null
  const note = (text: string) =>
    log?.write(`${new Date(systemClock.now()).toISOString()} ${text.trim()}`)
  try {
    await upPrograms(home, note)
  } catch (error) {
    const { message, code } = describeError(error)
    note(`could not start: ${message}${code === undefined ? '' : ` (${code})`}`)
    throw error
  }
  // A pipe from which the passphrase came may be open still.
  process.exit()
}

async function upPrograms(home: string, note: (text: string) => void): Promise<void> {
  const facts = await askHomeReader('facts')
  const { programs, accounts, ownAccount } = facts
  if (programs.includes('executor'))
    for (const account of [home, ...accounts.map((one) => one.home)]) haltOnSignal(account)
  const passphrase =
    facts.passphrase === 'typed' ? await readPassphrase(home, undefined) : undefined
  const stop = stopSignal()
  const letExpire =
    facts.tokens === 'renewed'
      ? keepTokensFresh(
          systemClock,
          () => askHomeReader('renew'),
          (error) =>
            print(
              row('up', `the access tokens could not be renewed: ${describeError(error).message}`),
            ),
        )
      : () => undefined
  try {
    const supervisor = await startPrograms(stop, {
      home,
      programs,
      accounts,
      ...(ownAccount !== undefined && { ownAccount }),
      commandOf: commandsFrom(facts),
      note,
      ...(passphrase !== undefined && { passphrase }),
      onMessage: (_program, message) => {
        if (message.type === 'claim') print('', ...claimLines(message.code, message.bot), '')
      },
    })
    const botRenewal = facts.bot === 'elsewhere' ? await openBotRenewal(home) : null
    for (const [name, text] of supervisor.readyTexts) {
      print(row(name, text))
      note(row(name, text))
    }
    print('', `Files and logs: ${home}. Ctrl-C stops everything.`)
    await untilEnd(stop, supervisor)
    note('stopped')
    await botRenewal?.close()
  } finally {
    // Canceled, because its timer would keep a failed start running.
    letExpire()
  }
}

/** At first as the facts have it, and then as the home is at the time. */
function commandsFrom({ commands }: HomeFacts): (service: Service) => Command | Promise<Command> {
  const first = new Map(Object.entries(commands))
  return (service) => {
    const command = first.get(service)
    first.delete(service)
    return command ?? askHomeReader(service)
  }
}

/** It needs what a program needs, and in place of one: where the bot is elsewhere, there is none here. */
async function openBotRenewal(home: string) {
  const { systemRandomBytes } = await import('@keyside/runtime')
  const { openBotRenewal } = await import('../pairing/renew-bot.ts')
  return openBotRenewal({ home, clock: systemClock, randomBytes: systemRandomBytes })
}
