// keyside halt and unhalt: the big red button, and the only way back.
import { userInfo } from 'node:os'
import { askForHalt, unhalt } from '@keyside/executor'
import { keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { confirm } from '../ask.ts'
import { executorSection } from '../home-keychain.ts'
import { print } from '../print.ts'

export function addHalt(program: Command): void {
  program
    .command('halt')
    .description('stop all trading on this device within a second, whatever else is down')
    .option('--sell', 'also sell everything that is held', false)
    .addHelpText(
      'after',
      '\nIt lasts over restarts. Exits and stops still work.\nExample:\n  keyside halt\n  keyside halt --sell',
    )
    .action(({ sell }: { sell: boolean }) => {
      askForHalt(keysideHome(), { positions: sell ? 'sell' : 'keep', now: systemClock.now() })
      print(
        sell
          ? 'Halted: the executor takes no new risk and sells what it holds. It has to run for that.'
          : 'Halted: the executor takes no new risk.',
        '"keyside unhalt" undoes it, with the executor stopped.',
      )
    })
}

export function addUnhalt(program: Command): void {
  program
    .command('unhalt')
    .description('trade again after a halt; stop the executor first')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside unhalt')
    .action(async ({ yes }: { yes: boolean }) => {
      const home = keysideHome()
      if (!yes && !(await confirm('Let this device trade again?'))) return print('Still halted.')
      const { database } = executorSection(home)
      const by = `terminal:${userInfo().username}`
      const was = unhalt(home, { database, now: systemClock.now(), by })
      print(was === 'unhalted' ? 'Unhalted. Start the executor to trade.' : 'It was not halted.')
    })
}
