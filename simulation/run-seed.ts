// One life from one seed: three minutes of faults, one minute to settle, judged after every step.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PortOrder } from '../executor/venues/adapter/model-port.ts'
import { HOME } from '../protocol/index.ts'
import { AttackerMessages } from './attacker-messages.ts'
import type { Tally } from './base/tally.ts'
import { amountUnits } from './base/units.ts'
import { Device } from './device.ts'
import { Engine, type EngineProvider } from './engine.ts'
import { LATE_LAG_MS, MAX_LAG_MS } from './faults.ts'
import { FollowedProvider } from './followed.ts'
import { Invariants } from './invariants.ts'
import { ENGINE_KEY, INTRODUCED, NORTH } from './keys.ts'
import { ManualTrading } from './manual-trading.ts'
import { MARKETS, Market } from './market.ts'
import { MessageEffects } from './message-effects.ts'
import { Network } from './network.ts'
import { Protection } from './protection.ts'
import { checkSecrets } from './secrets.ts'
import { checkSettled, ordersUnderWay, UNTIL_SHORT_MS } from './settled.ts'
import { SETTLE_MS, Simulation, type Violation } from './simulation.ts'
import { Thief } from './thief.ts'
import { Trader } from './trader.ts'
import { ACCOUNT, nameOf, SimulatedVenue } from './venue.ts'

const MINUTE_MS = 60_000
const MARKET_TICK_MS = 500
/** Chance that the exchange takes an order back, each tick of the worst fault window. */
const MAX_CANCEL_RATE = 0.05
/** At the end the market stands still, so that the last fill has had time to be asked for. */
const STILL_MS = 10_000
/** An order that began at the very end may land. */
const LANDING_MS = 3_000
const STREAMS = ['alpha', 'beta'] as const
/** How long a closed order is found by its name: for ever in half of all seeds, in a quarter only while it is open. */
const CLOSED_MS = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 3_000, 0]
/** How long one is in any list at all: longer than that the device is away now and then, or the exchange. */
const KEPT_MS = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 4_000]
/** Of the signals of the provider that is followed. */
const WITHHELD = 0.2

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
  const behavior = {
    triggeredStop: random.pick(['same_order', 'child_order'] as const),
    wrongSidedStop: random.pick(['rejected', 'taken_as_take_profit'] as const),
    stopsHold: random.pick(['coins', 'nothing'] as const),
  }
  const onCanceled = ({ request, fills }: PortOrder<bigint>) => {
    const name = fills.length > 0 ? 'part filled, then canceled' : 'canceled'
    simulation.fault(name, nameOf(request.wire))
  }
  const viewLagMs = random.pick([MAX_LAG_MS, MAX_LAG_MS, MAX_LAG_MS, LATE_LAG_MS])
  const closedMs = simulation.apart('closed orders').pick(CLOSED_MS)
  // One that shows late may be forgotten before it is ever shown, and by a clock that leaps nobody knows when it was seen:
  // such an order stays an open question, and is told.
  const isClear = viewLagMs === MAX_LAG_MS && simulation.faultWindows.periods('jump').length === 0
  const keptMs = isClear ? simulation.apart('kept orders').pick(KEPT_MS) : Number.POSITIVE_INFINITY
  const views = { viewLagMs, closedMs, keptMs }
  const venue = new SimulatedVenue({ markets, random, behavior, ...views, onCanceled })
  const { truth } = venue
  const network = new Network(simulation)
  const stored = (stream: string, after: number) =>
    engines.find((engine) => engine.name() === stream)?.after(after) ?? []
  const invariants = new Invariants(simulation, truth, (stream) => stored(stream, 0))
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
    onHeard: (before, input, after) => {
      messageEffects.onHeard(before, input, after)
      invariants.providers.onHeard(before, input, after)
    },
    onForged: (before, after, expected) => messageEffects.onForged(before, after, expected),
    retained: () => engines.flatMap((engine) => engine.retained() ?? []),
    countsNow: ({ line }) => line !== NORTH || north.isHeld(),
    introduced: () => [INTRODUCED, ...north.introduced()],
    onAskReplay: (ask) => north.onAskReplay(ask),
  })
  const trader = new Trader({
    simulation,
    network,
    device,
    judge: invariants.waysOut,
    positions: () => invariants.ledger.portfolio.positions,
  })
  const attackerMessages = new AttackerMessages(simulation, device)
  const manualTrading = new ManualTrading(simulation, venue)
  const north = new FollowedProvider({ simulation, device, network, stored })
  const own = {
    name: HOME,
    line: 'signals',
    key: () => ENGINE_KEY,
    keyset: () => 0,
    withheld: 0,
  } as const
  const other = {
    name: NORTH,
    line: NORTH,
    key: () => north.key(),
    keyset: () => north.version(),
    withheld: WITHHELD,
  } as const
  const newEngine = (stream: string, provider: EngineProvider) => {
    const { market } = random.pick(MARKETS)
    const prices = venue.market(market)
    return new Engine({ simulation, network, device, stream, market, prices, provider })
  }
  for (const stream of STREAMS) engines.push(newEngine(stream, own))
  const followed = newEngine(STREAMS[0], other)
  engines.push(followed)
  const thief = new Thief({ simulation, network, device, provider: north, engine: followed })
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
    north,
    thief,
  }
}

type World = ReturnType<typeof makeWorld>

async function play(simulation: Simulation, world: World): Promise<void> {
  const { scheduler, healed, start } = simulation
  const { device, engines, trader, venue } = world
  const lookedFor = world.manualTrading.lastSale === 'at_the_end' ? UNTIL_SHORT_MS : SETTLE_MS
  const end = healed + lookedFor + venue.viewLagMs - MAX_LAG_MS
  device.run()
  for (const engine of engines) engine.run()
  trader.run()
  world.north.run()
  world.thief.run()
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
