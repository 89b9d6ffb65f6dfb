// keyside health: whether a program of this home is at work, for a container's health check.
import { keysideHome, systemClock } from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { EXIT } from '../programs/exit.ts'
import { isAlive } from '../programs/heartbeat.ts'
import { PROGRAMS } from '../programs/program-names.ts'
import { print } from '../terminal/print.ts'

const NAMES: readonly string[] = [...PROGRAMS, 'sandbox']

export function addHealth(program: Command): void {
  program
    .command('health')
    .argument('<program>', `${NAMES.slice(0, -1).join(', ')} or ${NAMES.at(-1)}`, known)
    .description('exit 0 if the program showed a sign of life within 15 s')
    .addHelpText('after', '\nExample:\n  keyside health executor')
    .action((name: string) => {
      const alive = isAlive(keysideHome(), name, systemClock.now())
      print(alive ? `${name} is at work` : `no sign of life from ${name} within 15 s`)
      process.exitCode = alive ? EXIT.ok : EXIT.failed
    })
}

function known(name: string): string {
  if (NAMES.includes(name)) return name
  throw new InvalidArgumentError(`There is no such program: expected one of ${NAMES.join(', ')}.`)
}
