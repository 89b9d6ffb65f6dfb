// How a program is started behind its walls: from its home, as that is now.
import {
  BOT_MEMORY,
  BROKER_MEMORY,
  type Environment,
  installed,
  QUIET_MEMORY,
  SINGLE_ARENA,
  WAITING_MEMORY,
} from '@keyside/runtime'
import type { Command } from './children.ts'
import { type Program, programOf, type Service } from './program-names.ts'
import { reachable } from './reachable.ts'
import { RULES, type Rules } from './rules.ts'
import { withoutSettings } from './settings.ts'
import { sectionOf, wallFlags, wallsOf } from './walls.ts'

/** Besides KEYSIDE_*, a child gets these variables and nothing else of the parent's environment. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'NODE_EXTRA_CA_CERTS',
]

export interface Home {
  readonly home: string
  readonly accounts?: readonly { readonly name: string; readonly home: string }[]
  readonly environment: NodeJS.ProcessEnv
  readonly logLevel?: string
}

/** Of the programs of a home. */
export function commandsOf({ home, accounts = [], environment, ...level }: Home) {
  return (service: Service): Command => {
    const account = accounts.find(({ name }) => service === `executor-${name}`)
    return childCommand(
      programOf(service),
      { home: account?.home ?? home, ...level },
      account === undefined ? environment : withoutSettings(environment),
    )
  }
}

/** Of a program that another one watches. */
export function childCommand(
  program: Program,
  { home, logLevel }: { readonly home: string; readonly logLevel?: string },
  environment: NodeJS.ProcessEnv,
): Command {
  return walledCommand(program, home, {
    ...passedOn(environment),
    ...(logLevel && { KEYSIDE_LOG: logLevel }),
  })
}

function passedOn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => PASSED_ON.includes(name) || name.startsWith('KEYSIDE_'),
    ),
  )
}

/** Of a program behind its walls: what is said to Node, and its environment. */
export function walledCommand(program: Program, home: string, environment: Environment): Command {
  const section = sectionOf(program, home, environment)
  const walls = wallsOf(program, home, environment)
  const outgoing = reachable(program, section, home)
  return {
    words: [
      '--disable-sigusr1',
      ...flags(program, section),
      ...wallFlags(walls),
      installed('cli/main.js'),
      program,
    ],
    env: {
      ...environment,
      ...SINGLE_ARENA,
      // It may not begin in the folder in which this process is.
      KEYSIDE_HOME: home,
      [RULES]: JSON.stringify({ starts: walls.starts, outgoing } satisfies Rules),
    },
  }
}

/** Beside no debugger by signal: no prototype setter, no environment in a crash report, and how much memory. */
function flags(program: Program, section: Readonly<Record<string, unknown>>): readonly string[] {
  if (program === 'broker') return BROKER_MEMORY
  if (program === 'bot') return BOT_MEMORY
  // One that signs for others may have thousands of strategies, which would need a fifth more CPU.
  if (program === 'engine' && section['bot'] === undefined) return []
  if (program === 'engine') return WAITING_MEMORY
  return ['--disable-proto=delete', '--report-exclude-env', ...QUIET_MEMORY]
}
