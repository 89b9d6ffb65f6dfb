// One life from one seed: three minutes of faults, one minute to settle, judged after every step.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PortOrder } from '../executor/testing/venue-port.ts'
import { AttackerMessages } from './attacker-messages.ts'
import { Device } from './device.ts'
import { Engine } from './engine.ts'
import { nameOf } from './exchange.ts'
import { LATE_LAG_MS, MAX_LAG_MS } from './faults.ts'
import { Invariants } from './invariants.ts'
import { ManualTrading } from './manual-trading.ts'
import { MARKETS, Market } from './market.ts'
import { MessageEffects } from './message-effects.ts'
import { Network } from './network.ts'
import { Protection } from './protection.ts'
import { checkSecrets } from './secrets.ts'
import { checkSettled, ordersUnderWay } from './settled.ts'
import { SETTLE_MS, Simulation, type Violation } from './simulation.ts'
import type { Tally } from './tally.ts'
import { Trader } from './trader.ts'
import { amountUnits } from './units.ts'
import { ACCOUNT, SimulatedVenue } from './venue.ts'

const MINUTE_MS = 60_000
const MARKET_TICK_MS = 500
/** Chance that the exchange takes an order back, each tick of the worst fault window. */
const MAX_CANCEL_RATE = 0.05
/** At the end the market stands still, so that the last fill has had time to be asked for. */
const STILL_MS = 10_000
/** An order that began at the very end may land. */
const LANDING_MS = 3_000
const STREAMS = ['alpha', 'beta'] as const

export interface Outcome {
  readonly seed: number
  readonly violation: Violation | null
  readonly last: readonly string[]
  readonly hash: string
  readonly tally: Tally
}

export interface RunOptions {
  /** A directory for the journal. */
  readonly directory: string
  /** Gets every line of the trace. */
  readonly print?: (line: string) => void
}

export async function runSeed(seed: number, { directory, print }: RunOptions): Promise<Outcome> {
  const home = mkdtempSync(join(directory, 'seed-'))
  const simulation = new Simulation(seed, print)
  const world = makeWorld(simulation, home)
  try {
    await play(simulation, world)
    if (simulation.violation === null) checkSettled({ simulation, ...world })
  } finally {
    world.device.close()
    checkSecrets(simulation, home)
    rmSync(home, { recursive: true })
  }
  const { violation, trace, tally } = simulation
  return { seed, violation, last: trace.last(), hash: trace.digest(), tally }
}

function makeWorld(simulation: Simulation, home: string) {
  const { random, start } = simulation
  const markets = new Map(
    MARKETS.map(({ market }) => [market, new Market(market, random.word(), start)]),
  )
  const habits = {
    triggeredStop: random.pick(['same_order', 'child_order'] as const),
    wrongSidedStop: random.pick(['rejected', 'taken_as_take_profit'] as const),
    stopsHold: random.pick(['coins', 'nothing'] as const),
  }
  const onCanceled = ({ request, fills }: PortOrder<bigint>) => {
    const name = fills.length > 0 ? 'part filled, then canceled' : 'canceled'
    simulation.fault(name, nameOf(request.wire))
  }
  const viewLagMs = random.pick([MAX_LAG_MS, MAX_LAG_MS, MAX_LAG_MS, LATE_LAG_MS])
  const venue = new SimulatedVenue({ markets, random, habits, viewLagMs, onCanceled })
  const { truth } = venue
  const network = new Network(simulation)
  const invariants = new Invariants(simulation, truth)
  const messageEffects = new MessageEffects(simulation, invariants.ledger)
  const engines: Engine[] = []
  const device = new Device({
    simulation,
    network,
    venue,
    home,
    onCommit: (journal, policy) =>
      invariants.onCommit(journal, policy, !device.clock.wasJustSet(MINUTE_MS)),
    onTaken: (order) => invariants.onTaken(order),
    onCancel: (clientOrderId) => invariants.onCancel(clientOrderId),
    onReport: (token) => trader.read(token),
    onHeard: (before, input, after) => messageEffects.onHeard(before, input, after),
    onForged: (before, after, expected) => messageEffects.onForged(before, after, expected),
    retained: () => engines.flatMap((engine) => engine.retained() ?? []),
  })
  const trader = new Trader({ simulation, network, device })
  const attackerMessages = new AttackerMessages(simulation, device)
  const manualTrading = new ManualTrading(simulation, venue)
  for (const stream of STREAMS) {
    const { market } = random.pick(MARKETS)
    const prices = venue.market(market)
    engines.push(new Engine({ simulation, network, device, stream, market, prices }))
  }
  const { ledger } = invariants
  const protection = new Protection(simulation, truth, ledger)
  return {
    venue,
    truth,
    invariants,
    ledger,
    engines,
    device,
    trader,
    attackerMessages,
    manualTrading,
    protection,
  }
}

type World = ReturnType<typeof makeWorld>

async function play(simulation: Simulation, world: World): Promise<void> {
  const { scheduler, healed, start } = simulation
  const { device, engines, trader, venue } = world
  const end = healed + SETTLE_MS + venue.viewLagMs - MAX_LAG_MS
  device.run()
  for (const engine of engines) engine.run()
  trader.run()
  world.attackerMessages.run()
  world.manualTrading.run()
  const stopMarket = scheduler.every(MARKET_TICK_MS, () => {
    venue.cancelRate =
      MAX_CANCEL_RATE * simulation.faultWindows.strength('cancels', scheduler.now())
    venue.tick(scheduler.now())
    checkBalances(simulation, venue)
  })
  scheduler.after(end - start - STILL_MS, stopMarket)
  scheduler.after(healed - start, () => {
    simulation.note('all is healed')
    device.heal()
  })
  const stepUntil = async (end: number) => {
    if (simulation.violation !== null || !(await scheduler.step(end))) return false
    simulation.count('steps')
    world.invariants.afterStep(device)
    return true
  }
  while (await stepUntil(end));
  while (ordersUnderWay(world).length > 0 && (await stepUntil(end + LANDING_MS)));
}

/** The venue's balances and the judge's count come from the same fills by two arithmetics. */
function checkBalances(simulation: Simulation, { core, truth }: SimulatedVenue): void {
  for (const { market, base } of MARKETS) {
    const total = core.math.amount.format(core.wallet(ACCOUNT).total(base))
    if (amountUnits(total) !== truth.there(market))
      simulation.violate('the exchange counts as the judge does', `${total} ${base}`)
  }
}
