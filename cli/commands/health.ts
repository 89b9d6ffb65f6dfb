// keyside health: whether a program of this home is at work, for a container's health check.
import { keysideHome, systemClock } from '@keyside/runtime'
import { Argument, type Command } from 'commander'
import { isAlive } from '../alive.ts'
import { PROGRAMS } from '../children.ts'
import { print } from '../print.ts'
import { EXIT } from '../run-program.ts'

export function addHealth(program: Command): void {
  program
    .command('health')
    .addArgument(new Argument('<program>', 'which one').choices([...PROGRAMS, 'sandbox']))
    .description('exit 0 if the program showed a sign of life within 15 s')
    .addHelpText('after', '\nExample:\n  keyside health executor')
    .action((name: string) => {
      const alive = isAlive(keysideHome(), name, systemClock.now())
      print(alive ? `${name} is at work` : `no sign of life from ${name} within 15 s`)
      process.exitCode = alive ? EXIT.ok : EXIT.failed
    })
}
