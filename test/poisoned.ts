// A program with a poisoned dependency, as a release of it could be: a loader appends the probes to it, and all else is as
// it is really started.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { answerKeychain } from '../cli/programs/keychain-relay.ts'
import { messageOf } from '../cli/programs/messages.ts'
import { LISTEN } from '../cli/programs/outgoing.ts'
import type { Program } from '../cli/programs/program-names.ts'
import { RULES, type Rules } from '../cli/programs/rules.ts'
import { walledCommand } from '../cli/programs/walled-command.ts'

/** In a rule: the address to which the poison would carry something. */
const FOREIGN = 'FOREIGN'

const root = join(import.meta.dirname, '..')
const ADDON = `${process.platform}-${process.arch}/bufferutil.node`
const PROBES = readFileSync(join(import.meta.dirname, 'poison-probes.js'), 'utf8')

/** Secrets of programs, each in the folder of its own. */
const KEYS = [
  'bot/telegram.token',
  'engine/engine.key',
  'authority/authority.key',
  'executor/vault.json',
]

/** The first that is a file of its own in the package too, where most are in the bundle. */
const DEPENDENCY = '/pino/pino.js'

/** From data: the walls have no file of it to read. */
const LOADER = `
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('${DEPENDENCY}')) return loaded
    const source = loaded.source ?? readFileSync(new URL(url))
    return { ...loaded, source: source + ${JSON.stringify(PROBES)} }
  },
})`

export interface Poisoned {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
  readonly program: Program
  /** An address that it may reach: of the executor the exchange. */
  readonly allowed: string
  readonly passphrase: string
  /** `walls`: it ends after what the walls are for; `all`: the executor waits for the key, and uses it. */
  readonly only: 'walls' | 'all'
  /** What it is really started with, and what is changed in that. */
  readonly change?: (command: Command) => Command
}

export interface Command {
  readonly words: readonly string[]
  /** Lines of where it may connect to; null: nobody says, and what Node leaves open stays open. */
  readonly outgoing: readonly string[] | null
}

/** What was reached, and what arrived where only the poison sends something. */
export async function runPoisoned({
  home,
  environment,
  program,
  allowed,
  passphrase,
  only,
  change = (command) => command,
}: Poisoned): Promise<{ readonly reached: readonly string[]; readonly arrived: number }> {
  const place = await openPlace(home, program)
  const given = walledCommand(program, home, { ...environment, KEYSIDE_HOME: home })
  const { [RULES]: rules = '', ...env } = given.env
  const started: Rules = JSON.parse(rules)
  const { words, outgoing } = change({ words: given.words, outgoing: started.outgoing })
  const told = { ...place.given, allowed, only }
  const poison = `--import=data:text/javascript,${encodeURIComponent(LOADER)}`
  const child = spawn(process.execPath, [poison, ...words], {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    env: {
      ...env,
      ...(outgoing && {
        [RULES]: JSON.stringify({ ...started, outgoing }).replace(
          FOREIGN,
          `127.0.0.1 ${place.given.foreign}`,
        ),
      }),
      KEYSIDE_POISON: JSON.stringify(told),
      KEYSIDE_LOG: 'fatal',
    },
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  child.stdin?.on('error', () => undefined).end(`${passphrase}\n`)
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  child.on('message', (raw: object) => {
    const question = messageOf(raw)
    if (question?.type === 'keychain')
      void answerKeychain(program, child, { home, environment }, question)
    if ('poison' in raw) resolve(raw.poison as readonly string[])
  })
  const exited = once(child, 'exit')
  void exited.then(([code]) => reject(new Error(`it ended with ${code} and told nothing: ${said}`)))
  try {
    return { reached: await promise, arrived: place.arrived() }
  } finally {
    child.kill('SIGKILL')
    await exited
    place.close()
  }
}

/** What the probes try to reach, outside of the program's walls. */
async function openPlace(home: string, program: Program) {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-poison-'))
  const file = join(folder, 'secret')
  writeFileSync(file, 'secret')
  const database = join(home, program === 'bot' ? 'engine' : 'bot', 'other.db')
  const made = new DatabaseSync(database)
  made.exec('CREATE TABLE IF NOT EXISTS secret (value)')
  made.close()
  // It does nothing, and a signal of the poison may end it.
  const victim = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], {
    stdio: 'ignore',
  })
  const gone = once(victim, 'exit')
  let arrivals = 0
  const server = createServer((socket) => {
    arrivals += 1
    socket.on('error', () => undefined).end('thanks')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const udp = createSocket('udp4').bind(port, '127.0.0.1')
  await once(udp, 'listening')
  udp.on('message', (_, from) => {
    arrivals += 1
    udp.send('thanks', from.port, from.address)
  })
  return {
    given: {
      file,
      keys: KEYS.filter((name) => !name.startsWith(program)).map((name) => join(home, name)),
      database,
      elsewhere: join(folder, 'written'),
      addon: join(root, 'node_modules/bufferutil/prebuilds', ADDON),
      victim: victim.pid,
      foreign: port,
    },
    arrived: () => arrivals,
    close: () => {
      victim.kill('SIGKILL')
      void gone
      server.close()
      udp.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const PROBE_NAMES = [...PROBES.matchAll(/^ {4}(?:'([^']+)'|(\w+)): \(\) =>/gm)].map(
  ([, quoted, bare]) => quoted ?? bare ?? '',
)
/** Known only once the executor works. */
export const SEEN_LATER = ['the exchange key', 'an order of its own']
export const EVERYTHING: readonly string[] = [...PROBE_NAMES, ...SEEN_LATER]
/** What no wall keeps off: SECURITY.md tells of it. */
export const ALWAYS = ['carried over an address that is allowed']

const flag =
  (...flags: readonly string[]) =>
  ({ words, outgoing }: Command): Command => ({ words: [...flags, ...words], outgoing })
const allowing =
  (rule: string) =>
  ({ words, outgoing }: Command): Command => ({ words, outgoing: [...(outgoing ?? []), rule] })

/** Each wall taken down, and what it alone kept off. */
export const DOWN: Readonly<
  Record<
    string,
    { readonly change: (command: Command) => Command; readonly reaches: readonly string[] }
  >
> = {
  'may read everything': {
    change: flag('--allow-fs-read=*'),
    reaches: ['a file of the user', 'keys of other programs', 'the database of another program'],
  },
  'may write everything': {
    change: flag('--allow-fs-write=*'),
    reaches: ['a file written elsewhere', 'the database of another program'],
  },
  'may start processes': {
    change: flag('--allow-child-process'),
    reaches: ['another process'],
  },
  'may start threads': { change: flag('--allow-worker'), reaches: ['a thread'] },
  'may open a debugger': { change: flag('--allow-inspector'), reaches: ['a debugger'] },
  'may load native code': { change: flag('--allow-addons'), reaches: ['native code'] },
  'may listen': { change: allowing(LISTEN), reaches: ['listening'] },
  'may connect to every host': {
    change: allowing(FOREIGN),
    reaches: ['carried to an address of its own'],
  },
  'what Node leaves open is open': {
    change: ({ words }) => ({ words, outgoing: null }),
    reaches: [
      'the database of another program',
      'a signal to another process',
      'listening',
      'carried to an address of its own',
    ],
  },
}

export const NO_WALLS = ({ words }: Command): Command => ({
  words: [
    '--allow-fs-read=*',
    '--allow-fs-write=*',
    '--allow-child-process',
    '--allow-worker',
    '--allow-inspector',
    '--allow-addons',
    ...words,
  ],
  outgoing: null,
})
