// keyside venue: what is proved of each exchange, and a proof with the trader's own key.
import {
  CLAIM_NAMES,
  CLAIMS,
  executorAt,
  keepProof,
  openProver,
  PAPER,
  type ProveOptions,
  VENUE_NAMES,
  type VenueName,
  venueFacts,
} from '@keyside/executor'
import { KeysideError, keysideHome } from '@keyside/runtime'
import { Argument, type Command, Option } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { homeKeys } from '../home/home-keychain.ts'
import { exchangeOf, homeStanding, silentDeps } from '../home/venue-info.ts'
import { EXIT } from '../programs/exit.ts'
import { stopSignal } from '../programs/stop-signal.ts'
import { print, printJson } from '../terminal/print.ts'
import { confirm, prompt, promptSecret, requireConfirm } from '../terminal/prompt.ts'
import { planLines, runLines, standingLines, stepLines } from '../terminal/proof-report.ts'

interface ProveFlags {
  readonly testnet?: boolean
  readonly liveLeast?: boolean
  readonly market: string
}

export function addVenue(program: Command): void {
  const venue = program
    .command('venue')
    .description('what is proved of each exchange, and a proof with your own key: list, prove')
  venue
    .command('list')
    .description('what each exchange has shown, and to whom')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nWhat each claim says: docs/venues.md\nExample:\n  keyside venue list')
    .action(list)
  venue
    .command('prove')
    .addArgument(new Argument('<venue>').choices(VENUE_NAMES))
    .description('ask an exchange itself, with the smallest orders; it says the costs, and asks')
    .addOption(
      new Option('--testnet', "on the exchange's test network, with a key of it").conflicts(
        'liveLeast',
      ),
    )
    .option('--live-least', 'with real money, the least that the market takes')
    .option('--market <symbol>', 'one that policy.yaml does not name is best', 'BTC/USDT')
    .addHelpText(
      'after',
      '\nStop the executor first. What it buys it sells; the key is that of the keychain, and that of a test network is asked for and not kept.\nExample:\n  keyside venue prove okx --live-least --market XRP/USDT',
    )
    .action(prove)
}

function list({ json }: { json: boolean }): void {
  const home = keysideHome()
  const rows = CLAIM_NAMES.map((claim) => {
    const standings = VENUE_NAMES.map((venue) => [venue, homeStanding(home, venue, claim)] as const)
    return { claim, says: CLAIMS[claim].says, venues: Object.fromEntries(standings) }
  })
  const own = exchangeOf(home)?.name
  if (json) printJson(rows)
  else print(...standingLines(rows, VENUE_NAMES.find((venue) => venue === own) ?? null))
}

async function prove(name: string, { testnet, liveLeast, market }: ProveFlags): Promise<void> {
  const home = keysideHome()
  if (testnet !== true && liveLeast !== true)
    throw new KeysideError('answer_missing', 'say where: --testnet, or --live-least for real money')
  const config = venueConfig(home, name)
  const network = testnet === true ? 'testnet' : 'live'
  if (executorAt(home).executor !== 'none')
    throw new KeysideError(
      'executor_runs',
      "the executor of this home runs, and would take these orders for somebody else's: stop it, prove, start it again",
    )
  const keys = network === 'testnet' ? await testKeys(config.name) : await ownKeys(home)
  const deps = silentDeps(home)
  const prover = await openProver({
    ...{ config, network, keys, market, deps, confirm },
    stop: stopSignal(),
  })
  try {
    print(
      ...planLines(config.name, { market, network, address: config.address ?? null }, prover.plan),
    )
    await requireConfirm('Run it?', 'nothing was ordered')
    const run = await prover.run(
      (result) => print(...stepLines(result)),
      (does) => print('', does),
    )
    const file = keepProof(home, config.name, run.proof)
    print(...runLines(run, file))
    const failed = Object.values(run.proof.claims).some(({ outcome }) => outcome === 'failed')
    process.exitCode = failed || run.stopped !== null ? EXIT.failed : EXIT.ok
  } finally {
    await prover.close()
  }
}

/** Throws `paper_has_no_key` and `venue_not_here`. */
function venueConfig(home: string, name: string): ProveOptions['config'] {
  const { exchange } = executorSection(home)
  if (exchange.name === PAPER)
    throw new KeysideError(
      'paper_has_no_key',
      'this home trades on paper, and no key is asked for or read there: make a home of its own for the exchange (KEYSIDE_HOME=~/.keyside-live keyside init)',
    )
  if (exchange.name !== name)
    throw new KeysideError(
      'venue_not_here',
      `this home trades at ${exchange.name}: run it in the home that trades at ${name}, or name one of ${VENUE_NAMES.join(', ')} in config.yaml`,
    )
  return { ...exchange, name: exchange.name }
}

function ownKeys(home: string): Promise<ProveOptions['keys']> {
  return homeKeys(home, executorSection(home).account)
}

/** Worth nothing anywhere else. */
async function testKeys(name: VenueName): Promise<ProveOptions['keys']> {
  const apiKey = (await prompt(`API key of ${name}'s test network: `)).trim()
  const secret = (await promptSecret('Its secret: ')).trim()
  if (!venueFacts({ name }).credentials.includes('passphrase')) return { apiKey, secret }
  return { apiKey, secret, passphrase: await promptSecret('Its passphrase: ') }
}
