// All commands, in the order of `keyside --help`. Only the code of the one that was asked for is loaded.

import { version } from '@keyside/runtime/installation'
import { Command, Help, type Option } from 'commander'
import { wrapped } from './terminal/wrapped.ts'

interface Listed {
  /** As its own help says it. */
  readonly about: string
  readonly load: () => Promise<(program: Command) => void>
  /** With --account: of a command about one device. `one`: where there are several, it has to be named. */
  readonly accounts?: 'one' | 'any'
}

/** A program's process must hold no other program's code: the broker has no business with keys. */
export const COMMANDS: Readonly<Record<string, Listed>> = {
  up: {
    about: 'start what this home has: broker, authority, engine, executor, bot',
    load: async () => (await import('./commands/up.ts')).addUp,
  },
  init: {
    about: 'set up this machine: signing keys, access tokens, config',
    load: async () => (await import('./commands/init.ts')).addInit,
  },
  invite: {
    about: 'a link with which one device becomes a subscriber of yours',
    load: async () => (await import('./commands/provider/invite.ts')).addInvite,
  },
  subscribers: {
    about: 'who follows this provider: list, remove, renew',
    load: async () => (await import('./commands/provider/subscribers.ts')).addSubscribers,
  },
  program: {
    about: 'programs of your own whose signals this engine signs: add, list, remove',
    load: async () => (await import('./commands/program.ts')).addProgram,
  },
  keyset: {
    about: 'which keys of this provider count, its plans and its addresses: show, renew, publish',
    load: async () => (await import('./commands/provider/keyset.ts')).addKeyset,
  },
  root: {
    about: 'the key by which a provider is known: create, sign, rotate; needs no network',
    load: async () => (await import('./commands/provider/root.ts')).addRoot,
  },
  strategy: {
    about: 'the strategies of this home: new, check, list, show, accept',
    load: async () => (await import('./commands/strategy.ts')).addStrategy,
  },
  data: {
    about: 'candles of the past for backtests: download, list, import, export, verify',
    load: async () => (await import('./commands/data.ts')).addData,
  },
  selftest: {
    about: 'send one signal through all programs in the sandbox and time each hop',
    load: async () => (await import('./commands/selftest.ts')).addSelftest,
  },
  backtest: {
    about: 'what a strategy would have done with candles of the past',
    load: async () => (await import('./commands/backtest.ts')).addBacktest,
  },
  optimize: {
    about: "try many values of a strategy's parameters, and say what held on later time",
    load: async () => (await import('./commands/optimize.ts')).addOptimize,
  },
  doctor: {
    about: 'check this machine, and say what to do about each thing that is missing',
    accounts: 'any',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
  keys: {
    about: 'the exchange keys on this device',
    accounts: 'one',
    load: async () => (await import('./commands/keys.ts')).addKeys,
  },
  code: {
    about: 'the authenticator whose codes release large orders (policy: code_above)',
    accounts: 'one',
    load: async () => (await import('./commands/code.ts')).addCode,
  },
  policy: {
    about: 'what a signal may do on this device at most',
    accounts: 'one',
    load: async () => (await import('./commands/policy.ts')).addPolicy,
  },
  requests: {
    about: 'what the chat asks for that allows more: list, accept, drop',
    accounts: 'one',
    load: async () => (await import('./commands/requests.ts')).addRequests,
  },
  journal: {
    about: 'what was decided and done on this device',
    accounts: 'one',
    load: async () => (await import('./commands/journal.ts')).addJournal,
  },
  explain: {
    about: 'why no trade: the whole way of one signal, and where it ended',
    accounts: 'one',
    load: async () => (await import('./commands/explain.ts')).addExplain,
  },
  trades: {
    about: 'what was sold, and what it brought',
    accounts: 'one',
    load: async () => (await import('./commands/trades.ts')).addTrades,
  },
  paper: {
    about: 'the account of a home that trades on paper',
    accounts: 'one',
    load: async () => (await import('./commands/paper.ts')).addPaper,
  },
  venue: {
    about: 'what is proved of each exchange, and a proof with your own key: list, prove',
    accounts: 'any',
    load: async () => (await import('./commands/venue.ts')).addVenue,
  },
  follow: {
    about: 'follow a provider, with the link that it sent you',
    accounts: 'one',
    load: async () => (await import('./commands/follow.ts')).addFollow,
  },
  providers: {
    about: 'whom this device follows: list, remove',
    accounts: 'one',
    load: async () => (await import('./commands/providers.ts')).addProviders,
  },
  accounts: {
    about: 'the accounts that are traded with from this home: add, list, remove',
    load: async () => (await import('./commands/accounts.ts')).addAccounts,
  },
  backup: {
    about: 'this home in one encrypted file, and back: create, restore',
    load: async () => (await import('./commands/backup.ts')).addBackup,
  },
  halt: {
    about: 'stop all trading on this device at once, whatever else is down',
    accounts: 'any',
    load: async () => (await import('./commands/halt.ts')).addHalt,
  },
  unhalt: {
    about: 'trade again after a halt',
    accounts: 'any',
    load: async () => (await import('./commands/unhalt.ts')).addUnhalt,
  },
  pair: {
    about: 'let a bot on another host speak for you to this device',
    load: async () => (await import('./commands/pair.ts')).addPair,
  },
  broker: {
    about: 'run the MQTT broker',
    load: async () => (await import('./commands/broker.ts')).addBroker,
  },
  authority: {
    about: 'run the authority of a provider: enrolments, access, keyset',
    load: async () => (await import('./commands/authority.ts')).addAuthority,
  },
  engine: {
    about: 'run the strategy engine',
    load: async () => (await import('./commands/engine.ts')).addEngine,
  },
  executor: {
    about: 'run the executor, on the device that has the keys',
    load: async () => (await import('./commands/executor.ts')).addExecutor,
  },
  bot: {
    about: 'run the Telegram bot',
    load: async () => (await import('./commands/bot.ts')).addBot,
  },
  sandbox: {
    about: 'run the sandbox exchange and Telegram alone, or make a running one misbehave',
    load: async () => (await import('./commands/sandbox.ts')).addSandbox,
  },
  service: {
    about: 'start this home with the machine: install, status, logs, restart, remove',
    load: async () => (await import('./commands/service.ts')).addService,
  },
  update: {
    about: 'whether a release is what it says; installs nothing',
    load: async () => (await import('./commands/update.ts')).addUpdate,
  },
  health: {
    about: 'exit 0 if the program showed a sign of life within 15 s',
    accounts: 'any',
    load: async () => (await import('./commands/health.ts')).addHealth,
  },
}

/** Names of commands in other tools, with the one that is meant. */
export const MEANT: Readonly<Record<string, string>> = {
  start: 'up',
  run: 'up',
  stop: 'halt',
  kill: 'halt',
  panic: 'halt',
  resume: 'unhalt',
  setup: 'init',
  install: 'service install',
  status: 'doctor',
  logs: 'service logs',
  profit: 'trades list',
  orders: 'journal list',
}

/** `args` without Node and the script. */
export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('keyside')
    .description('Your keys stay on your side: signed signals in, orders out of your own device.')
    .showHelpAfterError(`(${likely(args)}keyside --help lists the commands)`)
    .configureHelp({ optionDescription, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => void process.stdout.write(helpLines(text, process.stdout.columns)),
      outputError: (text, write) => write(wrapped(text, process.stderr.columns)),
    })
    .addHelpText('after', '\nFiles are under KEYSIDE_HOME, by default ~/.keyside.')
    .version(version())
  const [first = '', second = ''] = args
  const asked = of(COMMANDS, first === 'help' ? second : first)
  if (asked !== undefined) {
    const add = await asked.load()
    add(program)
    if (asked.accounts !== undefined)
      (await import('./accounts/account-option.ts')).addAccountOption(program, asked.accounts)
    sayWhereHelpIs(program, 'keyside')
  } else
    for (const [name, { about }] of Object.entries(COMMANDS))
      program.command(name).description(about)
  return program
}

/** Its lists are wrapped already, and an example can be copied whole as it stands. */
function helpLines(text: string, columns: number | undefined): string {
  return text.replace(/^\S.*$/gm, (line) => wrapped(line, columns))
}

/** Every object has a "constructor", which is no command. */
function of<Value>(known: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(known, word) ? known[word] : undefined
}

function likely([first = '']: readonly string[]): string {
  const meant = of(MEANT, first)
  return meant === undefined ? '' : `do you mean keyside ${meant}? `
}

/** Whoever mistypes a command is shown the help of that one. */
function sayWhereHelpIs(program: Command, path: string): void {
  for (const command of program.commands) {
    const own = `${path} ${command.name()}`
    command.showHelpAfterError(`(${own} --help says how)`)
    sayWhereHelpIs(command, own)
  }
}

/** Defaults `false` and empty lists are not shown in the help. */
function optionDescription(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: (?:false|\{\})\)$/, '')
}
