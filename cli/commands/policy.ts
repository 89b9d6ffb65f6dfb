// keyside policy: what a signal may do at most. Only here, at the device, can it be loosened.
import {
  acceptPolicy,
  type PolicyState,
  policyState,
  printBound,
  settings,
} from '@keyside/executor'
import { keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { takerFeeAt, venueLine, venueOf } from '../home/venue-info.ts'
import { EXIT } from '../programs/exit.ts'
import { inForceLine } from '../programs/policy-in-force.ts'
import {
  boundOf,
  changeLines,
  comparedLines,
  stateLines,
  waitingLines,
} from '../terminal/policy-report.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireYes } from '../terminal/prompt.ts'

const UNDER_LIVE_NO =
  'Under "real_money: no" nothing is bought for real money: until that changes, these amounts are those of paper or of the sandbox.'

export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('what a signal may do on this device at most')
  const command = (name: string, description: string) =>
    policy
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside policy ${name}`)
  command('show', 'every setting of policy.yaml, and the most that can be lost in a day')
    .option('--json', 'for a program', false)
    .action(show)
  command('check', 'read policy.yaml, and say what accepting it would change').action(check)
  command('bound', 'the most that can be lost in a day under policy.yaml, term by term')
    .option('--json', 'for a program', false)
    .action(bound)
  command('accept', 'put policy.yaml into force: at once what tightens, later what allows more')
    .option('--yes', 'do not ask', false)
    .action(accept)
}

async function show({ json }: { json: boolean }): Promise<void> {
  const found = read()
  const traded = await venueOf(keysideHome())
  const rows = settings(found.policy).map(({ name, text }) => [name, text] as const)
  if (json)
    printJson({
      ...forProgram(found),
      traded,
      settings: Object.fromEntries(rows),
      bound: boundOf(found.policy, takerFeeAt(keysideHome())),
    })
  else
    print(
      ...table([...rows, ['traded at', venueLine(traded)]]),
      '',
      ...boundLines(found),
      '',
      ...stateLines(found),
    )
}

function bound({ json }: { json: boolean }): void {
  const found = read()
  const inForce = found.inForce && boundOf(found.inForce, takerFeeAt(keysideHome()))
  if (json)
    printJson({
      ...forProgram(found),
      ...boundOf(found.policy, takerFeeAt(keysideHome())),
      inForce,
    })
  else print(...boundLines(found), '', ...stateLines(found))
}

async function check(): Promise<void> {
  const found = read()
  const traded = await tradedLine()
  print('policy.yaml is in order.', '', ...changeLines(found), '', traded, ...stateLines(found))
  process.exitCode = ['accepted', 'waits'].includes(found.state) ? EXIT.ok : EXIT.refused
}

async function accept({ yes }: { yes: boolean }): Promise<void> {
  const found = read()
  const isKnown = found.state === 'accepted' || found.state === 'waits'
  if (isKnown && found.fromChat.length === 0) return print(...stateLines(found))
  print(...changeLines(found), '', ...boundLines(found), await tradedLine(), '')
  if (!yes) await requireYes('Type yes to accept this policy: ', 'nothing was changed')
  const accepted = acceptPolicy(files(), systemClock.now())
  if (accepted.state === 'accepted')
    return print(await inForceLine(keysideHome(), accepted.hash, systemClock))
  print('Accepted. It allows more, so it does not count yet.', ...waitingLines(accepted))
}

/** Not in the file, but part of what is accepted: the same policy has another meaning with real money. */
async function tradedLine(): Promise<string> {
  return `Traded at ${venueLine(await venueOf(keysideHome()))}.`
}

function boundLines(found: PolicyState): string[] {
  const real = found.policy.realMoney === 'yes' ? [] : [UNDER_LIVE_NO]
  return [
    printBound(boundOf(found.policy, takerFeeAt(keysideHome()))),
    ...comparedLines(found, takerFeeAt(keysideHome())),
    ...real,
  ]
}

function forProgram({ state, waiting }: PolicyState) {
  const times = waiting && { acceptedAt: waiting.acceptedAt, due: waiting.due }
  return { state, waiting: times }
}

function read(): PolicyState {
  return policyState(files(), systemClock.now())
}

function files(): { home: string; database: string; policy: string } {
  const home = keysideHome()
  const { database, policy } = executorSection(home)
  return { home, database, policy }
}
