// Nothing is loosened from chat: every command with every class of words, and every button that any of them shows, goes the
// whole way to a real core, and after each one the policy in force allows nothing that it did not before. The commands come
// from the bot's own table, so that a new one is driven without being named here.
import { expect, test } from 'vitest'
import { changeable } from '../executor/core/risk/policy/one-setting.ts'
import { isTighterOrEqual } from '../executor/core/risk/policy/tighten.ts'
import { ChatFixture, readPolicy, type ShownButton, STRANGER } from './chat-fixture.ts'

const POLICY = readPolicy(`version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/demo: { allocation: 1000, lifetime_budget: 5000 }
  home/other: { allocation: 300 }
limits: { order: 500, hour: 900, day: 2000, position: 1200, day_loss: 400, drawdown: 900, orders_per_minute: 60, round_trips: 50 }
collar: 1 %
exit_collar: 3 %
max_stop_distance: optional
approval: above 200
code_above: never
`)

const NUMBERS = [
  '0',
  '-1',
  '0.001',
  '1',
  '150',
  '501',
  '2000',
  '99999999999999',
  '1e9',
  'NaN',
  'Infinity',
  '-Infinity',
  '٣',
  '1,5',
  '0x10',
  '5 %',
  '100%',
  '1'.repeat(300),
]
const WORDS = [
  '',
  'all',
  'half',
  'on',
  'off',
  'always',
  'never',
  'above',
  'optional',
  'allowed',
  'sell',
  '2h',
  'until 08:00',
  'eth',
  'btc',
  'btc/usdt',
  'sol/usdt',
  'home/demo',
  'home/other',
  'home/new',
  'acme/trend',
  'demo',
  'constructor',
  '__proto__',
  '<b>x</b>',
  '../../etc/passwd',
  "'; DROP TABLE message; --",
  '🚀',
  'x'.repeat(3000),
]
/** Of /limits, /confirm and whatever else takes a name and a value: each with each. */
const NAMED = [
  'order',
  'hour',
  'day',
  'position',
  'loss',
  'drawdown',
  'minute',
  'orders',
  'trips',
  'collar',
  'spread',
  'stop',
  'size',
  'code',
  'above',
  'market',
  'home/demo',
  'home/new',
  'timezone',
  'fill',
  'btc',
]
const FORGED = [
  '',
  'tighten',
  '{"action":"instruct"}',
  'A'.repeat(22),
  'AAECAwQFBgcICQoLDA0ODw',
  '0',
  '__proto__',
  'x'.repeat(64),
]
/** Low, higher, and none: in this order, what was lowered is raised next. */
const VALUES = ['150', '501', 'NaN']
/** Buttons of one chain of answers; each is pressed once. */
const MAX_PRESSES = 60

/** Something is held and something waits for a word, so that there is something to sell, to protect, to approve, and to be wrong about. */
async function worldWithWork(): Promise<ChatFixture> {
  const world = new ChatFixture(POLICY)
  await world.executor.enter({ size: { unit: 'quote', value: '100' }, stopPrice: '58000' })
  await world.executor.enterFrom('other', { size: { unit: 'quote', value: '250' } })
  await world.settle()
  return world
}

class Judge {
  readonly #world: ChatFixture
  readonly #accepted = JSON.stringify(POLICY, (_, value) =>
    value instanceof Map ? [...value] : value,
  )
  #before
  #trading: string
  steps = 0

  constructor(world: ChatFixture) {
    this.#world = world
    this.#before = world.policy()
    this.#trading = world.executor.state().portfolio.trading
  }

  check(what: string): void {
    this.steps += 1
    const { executor } = this.#world
    const after = this.#world.policy()
    expect(isTighterOrEqual(this.#before, after), `${what} loosened the policy`).toBe(true)
    expect([...after.streams.keys()], what).toEqual([...POLICY.streams.keys()])
    const accepted = JSON.stringify(executor.policy, (_, value) =>
      value instanceof Map ? [...value] : value,
    )
    expect(accepted, `${what} changed the accepted policy`).toBe(this.#accepted)
    const { trading } = executor.state().portfolio
    if (this.#trading === 'halted') expect(trading, `${what} ended a halt`).toBe('halted')
    this.#trading = trading
    this.#before = after
  }
}

/** Presses what a message shows, and what that shows, each kind of button once. */
async function pressAll(
  world: ChatFixture,
  judge: Judge,
  pressed: Set<string>,
  from: string,
): Promise<void> {
  for (let presses = 0; presses < MAX_PRESSES; presses += 1) {
    const next = world.buttons().find((button) => !pressed.has(keyOf(world, button)))
    if (next === undefined) return
    pressed.add(keyOf(world, next))
    await world.press(next.nonce, next.message, STRANGER)
    await world.press(next.nonce, next.message + 1)
    judge.check(`${from} → forged press of "${next.label}"`)
    await world.press(next.nonce, next.message)
    await world.press(next.nonce, next.message)
    judge.check(`${from} → "${next.label}"`)
    await breathe(world)
  }
}

/** What it does, not which nonce it has: one that only differs in that is the same button. */
function keyOf({ store }: ChatFixture, { nonce, label }: ShownButton): string {
  const row = store.prepare('SELECT action, data FROM offered_button WHERE nonce = ?').get(nonce)
  return row === undefined
    ? `card ${label}`
    : `${row['action']} ${row['data']} ${row['action'] === '' ? nonce : ''}`
}

/** A device takes 300 commands a minute. */
async function breathe({ heard, executor }: ChatFixture): Promise<void> {
  if (heard.length % 40 === 39) await executor.clock.advance(61_000)
}

const names = new ChatFixture(POLICY).names()

test.each(names)(
  '/%s loosens nothing, whatever stands behind it and whatever it leads to',
  async (name) => {
    const world = await worldWithWork()
    const judge = new Judge(world)
    const pressed = new Set<string>()
    const named = NAMED.flatMap((one) => VALUES.map((value) => `${one} ${value}`))
    for (const words of [...WORDS, ...NUMBERS, ...named]) {
      const text = `/${name} ${words}`.trim()
      await world.say(text)
      judge.check(text)
      await pressAll(world, judge, pressed, text)
      await breathe(world)
    }
    await world.say(`/${name} 1`, STRANGER)
    await world.say(`/${name} 1`, undefined, 'edited_message')
    judge.check(`/${name} of a stranger, and edited`)
    expect(judge.steps).toBeGreaterThan(WORDS.length + NUMBERS.length)
    world.close()
  },
)

test('a press that no button has made does nothing', async () => {
  const world = await worldWithWork()
  const judge = new Judge(world)
  for (const data of FORGED)
    for (const message of [1, 5001, 999_999]) {
      await world.press(data, message)
      judge.check(`forged ${data}`)
    }
  expect(world.heard).toEqual([])
  world.close()
})

test('each setting that can be named is lowered by the chat, and never raised again, not even to where it was', async () => {
  const world = await worldWithWork()
  const judge = new Judge(world)
  const before = new Map(changeable(POLICY).map(({ setting, to }) => [setting, to]))
  let lowered = 0
  for (const word of [
    'day 900',
    'day 2000',
    'order 100',
    'order 500',
    'collar 0.5',
    'collar 1',
    'home/demo 200',
    'home/demo 1000',
    'loss 100',
    'loss 400',
  ]) {
    await world.say(`/limits ${word}`)
    const [yes] = world.buttons()
    if (yes === undefined) throw new Error(`/limits ${word} asks nothing`)
    await world.press(yes.nonce, yes.message)
    judge.check(word)
    if (yes.label === 'Lower it') lowered += 1
  }
  await world.say('/confirm always')
  const [yes] = world.buttons()
  await world.press(yes?.nonce ?? '', yes?.message ?? 0)
  judge.check('/confirm always')
  expect(lowered).toBe(5)
  const changed = changeable(world.policy()).filter(({ setting, to }) => before.get(setting) !== to)
  expect(changed).toEqual(
    [
      { setting: 'limits.order', to: '100' },
      { setting: 'limits.hour', to: '900' },
      { setting: 'limits.day', to: '900' },
      { setting: 'limits.day_loss', to: '100' },
      { setting: 'collar', to: '0.5 %' },
      { setting: 'approval', to: 'always' },
      { setting: 'streams.home/demo.allocation', to: '200' },
    ].filter(({ setting, to }) => before.get(setting) !== to),
  )
  expect(
    Object.values(world.executor.state().portfolio.looseningRequests.waiting).map(({ to }) => to),
  ).toEqual(['2000', '500', '1 %', '1000', '400'])
  world.close()
})
