// All commands, in the order of `keyside --help`. Only the code of the one that was asked for is loaded.
import { Command } from 'commander'

type AddCommand = (program: Command) => void

/** A program's process must hold no other program's code: the broker has no business with keys. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  up: async () => (await import('./commands/up.ts')).addUp,
  init: async () => (await import('./commands/init.ts')).addInit,
  selftest: async () => (await import('./commands/selftest.ts')).addSelftest,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  keys: async () => (await import('./commands/keys.ts')).addKeys,
  code: async () => (await import('./commands/code.ts')).addCode,
  policy: async () => (await import('./commands/policy.ts')).addPolicy,
  journal: async () => (await import('./commands/journal.ts')).addJournal,
  halt: async () => (await import('./commands/halt.ts')).addHalt,
  unhalt: async () => (await import('./commands/unhalt.ts')).addUnhalt,
  broker: async () => (await import('./commands/broker.ts')).addBroker,
  engine: async () => (await import('./commands/engine.ts')).addEngine,
  executor: async () => (await import('./commands/executor.ts')).addExecutor,
  bot: async () => (await import('./commands/bot.ts')).addBot,
  sandbox: async () => (await import('./commands/sandbox.ts')).addSandbox,
  health: async () => (await import('./commands/health.ts')).addHealth,
}

/** `args` without Node and the script. */
export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('keyside')
    .description('Your keys stay on your side: signed signals in, orders out of your own device.')
    .showHelpAfterError('(keyside --help lists the commands)')
    .addHelpText('after', '\nFiles are under KEYSIDE_HOME, by default ~/.keyside.')
  const asked = COMMANDS[args[0] ?? '']
  for (const load of asked === undefined ? Object.values(COMMANDS) : [asked])
    (await load())(program)
  return program
}
