// All commands, in the order of `keyside --help`.
import { Command } from 'commander'
import { addDoctor } from './commands/doctor.ts'
import { addHalt } from './commands/halt.ts'
import { addHealth } from './commands/health.ts'
import { addInit } from './commands/init.ts'
import { addJournal } from './commands/journal.ts'
import { addKeys } from './commands/keys.ts'
import { addPolicy } from './commands/policy.ts'
import { addPrograms } from './commands/programs.ts'
import { addSandbox } from './commands/sandbox.ts'
import { addSelftest } from './commands/selftest.ts'
import { addUp } from './commands/up.ts'

export function buildProgram(): Command {
  const program = new Command('keyside')
    .description('Your keys stay on your side: signed signals in, orders out of your own device.')
    .showHelpAfterError('(keyside --help lists the commands)')
    .addHelpText('after', '\nFiles are under KEYSIDE_HOME, by default ~/.keyside.')
  const commands = [
    addUp,
    addInit,
    addSelftest,
    addDoctor,
    addKeys,
    addPolicy,
    addJournal,
    addHalt,
    addPrograms,
    addSandbox,
    addHealth,
  ]
  for (const add of commands) add(program)
  return program
}
