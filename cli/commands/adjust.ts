// keyside journal adjust: sets a journal that was put back, or that the exchange contradicts, to what is really there.
import {
  type Adjustment,
  createVenue,
  type PolicyState,
  policyState,
  prepareAdjustment,
} from '@keyside/executor'
import { keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { homeKeys } from '../home/home-keychain.ts'
import { silentDeps, takerFeeAt } from '../home/venue-info.ts'
import { boundOf, comparedLines, stateLines } from '../terminal/policy-report.ts'
import { print, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'
import { terminalUser } from '../terminal/terminal-user.ts'

export function addAdjust(journal: Command): void {
  journal
    .command('adjust')
    .description('set the journal to what the exchange has, and halt; stop the executor first')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside journal adjust')
    .action(run)
}

async function run({ yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome()
  const { database, policy } = executorSection(home)
  const found = policyState({ home, database, policy }, systemClock.now())
  const adjustment = await prepare(home, found.policy.markets)
  try {
    print(...changesOf(adjustment), '', ...policyLines(found, home), '')
    if (!yes) await requireConfirm('Set the journal to this?', 'nothing was changed')
    await adjustment.carryOut(yes ? 'unasked' : 'asked')
    print(
      'Done. Trading is halted: "keyside unhalt" at this device undoes that.',
      'Entries then wait for the next head of their stream.',
    )
  } finally {
    await adjustment.close()
  }
}

async function prepare(home: string, markets: readonly string[]): Promise<Adjustment> {
  const { account, database, exchange } = executorSection(home)
  const keys = () => homeKeys(home, account)
  return prepareAdjustment({
    home,
    database,
    markets,
    exchange: await createVenue(exchange, keys, silentDeps(home)),
    clock: systemClock,
    by: terminalUser(),
  })
}

/** Said of an order that ends, by the number of fills that are booked with its end. */
const ENDED_WITH: Readonly<Record<string, string>> = {
  0: 'with the fills that are known',
  1: 'with one more fill',
  unknown: 'without fills that the exchange did not answer for',
}

function changesOf({ plan, dropped, ended, unread }: Adjustment): readonly string[] {
  const rows = [
    ...plan.positions.map((one) => ['position', one.position, whatBecame(one)]),
    ...plan.cancels.map(({ market, clientOrderId }) => ['cancel', market, clientOrderId]),
    ...dropped.map((clientOrderId) => ['never sent', 'dropped', clientOrderId]),
    ...ended.map(({ clientOrderId, is, fills }) => [
      is === 'missing' ? 'not there' : 'no fills',
      'over',
      `${clientOrderId}, ${ENDED_WITH[fills] ?? `with ${fills} more fills`}`,
    ]),
    ...unread.map(({ market, unread: rows }) => [
      'not readable',
      market,
      `${rows} of its orders and trades: look at the exchange yourself`,
    ]),
    ...plan.leftAlone.map(({ market, exchangeId }) => ['not ours', market, `number ${exchangeId}`]),
  ]
  return rows.length === 0 ? ['Positions and orders are as the exchange has them.'] : table(rows)
}

/** What is gone, and how it counts in the limits. */
function whatBecame({
  position,
  from,
  to,
  proceeds,
  unexplained,
}: Adjustment['plan']['positions'][number]): string {
  const sold = proceeds === '0' ? '' : `, sold for ${proceeds} ${position.split('/').at(-1)}`
  const lost = unexplained === '0' ? '' : `, ${unexplained} of it without a sale: counts as lost`
  return `${from} -> ${to}${sold}${lost}`
}

/** An older journal brings its policy back, which may allow more than the last one did. */
function policyLines(found: PolicyState, home: string): string[] {
  const { state, inForce } = found
  if (inForce === null) return stateLines(found)
  const { most, currency } = boundOf(inForce, takerFeeAt(home))
  const which = state === 'accepted' ? 'policy.yaml as it is' : 'another policy than policy.yaml'
  return [
    `In force is ${which}: at most ${most} ${currency} can be lost in a day.`,
    ...(state === 'accepted'
      ? []
      : [...stateLines(found), ...comparedLines(found, takerFeeAt(home))]),
  ]
}
