// keyside program: programs of one's own that say what a stream does, each with a key for that stream alone.
import { id, tradedMarket } from '@keyside/protocol'
import { keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import {
  addProgram as addToHome,
  hasFolder,
  programOfHome,
  programsOfHome,
  removeProgram,
} from '../home/home-programs.ts'
import { LIFE_SECONDS, programClient } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { shutOut } from '../pairing/access-list.ts'
import { withProvider } from '../provider/provider-home.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'

interface AddOptions {
  stream: string
  market: string
  plan?: string
}

export function addProgram(root: Command): void {
  const program = root
    .command('program')
    .description('programs of your own whose signals this engine signs: add, list, remove')
  program
    .command('add')
    .argument('<name>', 'what you call it: letters, digits and "-"', programName)
    .description('a key and an access token for one stream')
    .requiredOption('--stream <stream>', 'the stream that it speaks for', name)
    .requiredOption('--market <market>', 'the market of the stream', symbol)
    .option('--plan <plan>', "the plan of the stream; this home's own by default", name)
    .addHelpText(
      'after',
      '\nExample:\n  keyside program add my-model --stream my-model --market BTC/USDT',
    )
    .action(add)
  program
    .command('list')
    .description('each with its stream and market')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside program list')
    .action(list)
  program
    .command('remove')
    .argument('<name>')
    .description('its key counts no more, at once; what the stream holds stays as it is')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside program remove my-model')
    .action(remove)
}

/** Its client id at the broker has eight letters more. */
function programName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,23}$/.test(text)) return text
  throw new InvalidArgumentError('expected 1 to 24 of a-z, 0-9 and "-"')
}

function name(text: string): string {
  if (id.safeParse(text).success) return text
  throw new InvalidArgumentError('expected 1 to 32 of a-z, 0-9 and "-"')
}

function symbol(text: string): string {
  const read = tradedMarket.safeParse(text)
  if (read.success) return text
  throw new InvalidArgumentError(read.error.issues[0]?.message ?? '')
}

function add(program: string, { stream, market, plan }: AddOptions): void {
  const home = keysideHome()
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  const { folder } = addToHome(parts, { program, stream, market, ...(plan && { plan }) })
  print(
    `${program} may speak for the stream ${stream} on ${market}. What it needs is in ${folder}:`,
    '  program.key    signs its intents: whoever has it can trade that stream',
    `  access.token   lets it in at the broker, for ${LIFE_SECONDS / 86_400} days; keyside up makes a new one each day`,
    '  program.json   the names, the topics, the broker, and the key that signs what it is answered',
    '',
    'An engine that runs takes it up at once. examples/intent.py and examples/intent.mjs show how to send.',
  )
}

function list({ json }: { json: boolean }): void {
  const home = keysideHome()
  const programs = programsOfHome(home)
  if (json) printJson(programs)
  else if (programs.length === 0)
    print('None yet: keyside program add NAME --stream STREAM --market BTC/USDT makes one.')
  else
    print(
      ...table([
        ['name', 'stream', 'market', 'plan', ''],
        ...programs.map(({ program, stream, market, plan = '' }) => [
          program,
          stream,
          market,
          plan,
          hasFolder(home, program) ? '' : 'its folder is missing: no new access token is made',
        ]),
      ]).map((line) => line.trimEnd()),
    )
}

async function remove(program: string, { yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome()
  programOfHome(home, program)
  const question = `Let ${program} speak for its stream no more? What the stream holds stays as it is.`
  if (!yes) await requireConfirm(question, `${program} speaks for its stream as before`)
  const { stream } = removeProgram(home, program)
  await endConnection(home, programClient(program))
  print(
    `${program} is removed: nothing that it signs counts any more, and its folder is gone.`,
    `What ${stream} holds is looked after by the devices, stops and all. Another program can go on with the stream.`,
  )
}

/** The broker drops it within a second, and takes its access token no more. */
async function endConnection(home: string, client: string): Promise<void> {
  if (programsOf(home).includes('authority'))
    await withProvider((provider) => provider.shutOut(client))
  // So that a token issued in the same millisecond is refused as well.
  else shutOut(home, client, systemClock.now() / 1000 + 0.001)
}
