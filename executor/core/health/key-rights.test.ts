// What is told of an exchange key, with the clock turned: each thing once, and once when it is in order again.
import { expect, test } from 'vitest'
import { START, TestExecutor } from '../../testing/rig.ts'
import type { Answered, Balance, KeyRights } from '../model/exchange.ts'

const DAY = 86_400_000
const GOOD: KeyRights = {
  trade: 'yes',
  withdraw: 'no',
  transfer: 'no',
  ipList: 'yes',
  created: START,
}

/** All at once: of a day minute by minute nothing here is about. */
function passDay({ clock }: TestExecutor): void {
  clock.setBack(-DAY)
}

/** Looks at a key again and again; returns the notices that are new each time. */
function looking() {
  const executor = new TestExecutor()
  return {
    executor,
    look: (rights: KeyRights | null): string[] => {
      const before = executor.reports.length
      executor.take({
        type: 'key_rights',
        rights: rights === null ? { ok: false, message: 'no answer' } : { ok: true, value: rights },
      })
      return executor.reports
        .slice(before)
        .flatMap(({ event }) =>
          event.type === 'notice' ? [`${event.code}: ${event.message}`] : [],
        )
    },
  }
}

test('the age of a key is told at 60, 80 and 90 days, once each, over restarts too', () => {
  const { executor, look } = looking()
  expect(look(GOOD)).toEqual([])
  const told: [number, string[]][] = []
  for (let day = 1; day <= 120; day += 1) {
    passDay(executor)
    if (day % 7 === 0) executor.crash()
    const notices = look(GOOD)
    if (notices.length > 0) told.push([day, notices])
  }
  expect(told).toEqual([
    [60, [expect.stringMatching(/^key_ages: 60 days: /)]],
    [80, [expect.stringMatching(/^key_ages: 80 days: /)]],
    [90, [expect.stringMatching(/^key_old: 90 days: /)]],
  ])
})

test('an account that may borrow meanwhile is told, and trading is halted, as it would not have started', () => {
  const { executor, look } = looking()
  expect(look({ ...GOOD, borrow: 'no' })).toEqual([])
  passDay(executor)
  expect(look({ ...GOOD, borrow: 'yes' })).toEqual([
    expect.stringMatching(/^key_rights_changed: .*borrowing: no, now yes/),
    expect.stringMatching(/^account_may_borrow: /),
  ])
  expect(executor.state().portfolio.trading).toBe('halted')
  expect(executor.told()).toContain('state halted')
})

test('who looks at an old key for the first time hears of it once, and once that another is in its place', () => {
  const { look } = looking()
  const old = { ...GOOD, created: START - 100 * DAY, ipList: 'no' } as const
  expect(look(old)).toEqual([
    expect.stringMatching(/^key_without_ip_list: /),
    expect.stringMatching(/^key_old: 90 days: /),
  ])
  expect(look(old)).toEqual([])
  expect(look(GOOD)).toEqual([
    expect.stringMatching(/^key_in_order: .*\(key_without_ip_list, 60 days, 80 days, 90 days\)$/),
  ])
  expect(look(GOOD)).toEqual([])
})

test('the end of a key is told 14, 3 and 1 days before', () => {
  const { executor, look } = looking()
  const ending = { ...GOOD, expires: START + 20 * DAY }
  const told: number[] = []
  for (let day = 0; day <= 21; day += 1) {
    if (look(ending).some((line) => line.startsWith('key_expires'))) told.push(day)
    passDay(executor)
  }
  expect(told).toEqual([6, 17, 19])
})

test('what a key may do is compared with the last time, also over a restart, and of another key nothing is said', () => {
  const { executor, look } = looking()
  look(GOOD)
  executor.crash()
  expect(look({ ...GOOD, trade: 'no', ipList: 'no' })).toEqual([
    expect.stringMatching(/^key_rights_changed: .*\(trading: yes, now no, IP list: yes, now no\)$/),
    expect.stringMatching(/^key_without_ip_list: /),
  ])
  expect(look({ ...GOOD, created: START + 1, trade: 'unknown' })).toEqual([
    expect.stringMatching(/^key_in_order: /),
  ])
})

test('a key that may withdraw now halts trading, and says so', () => {
  const { executor, look } = looking()
  look(GOOD)
  expect(look({ ...GOOD, withdraw: 'yes' })).toEqual([
    expect.stringContaining('(withdrawal: no, now yes)'),
    expect.stringMatching(/^key_can_withdraw: /),
  ])
  expect(executor.state().portfolio.trading).toBe('halted')
})

test('a key that nobody tells of cannot be checked, and that is told once', () => {
  const { look } = looking()
  expect(look(null)).toEqual([expect.stringMatching(/^key_unchecked: /)])
  expect(look(null)).toEqual([])
  expect(look(GOOD)).toEqual([expect.stringMatching(/^key_in_order: /)])
})

test('a key without an IP list is told again each day, with the address to put there, and not more often', () => {
  const { executor, look } = looking()
  const open = { ...GOOD, ipList: 'no' } as const
  expect(look(open)).toEqual([
    expect.stringContaining('(this device does not know its own address)'),
  ])
  executor.take({ type: 'address', address: '203.0.113.7' })
  for (let day = 0; day < 3; day += 1) {
    expect(look(open)).toEqual([])
    executor.crash()
    passDay(executor)
    expect(look(open)).toEqual([expect.stringContaining('(this device is seen as 203.0.113.7)')])
  }
  expect(look(GOOD).at(-1)).toMatch(/^key_in_order: /)
  passDay(executor)
  expect(look(GOOD)).toEqual([])
})

function notices({ reports }: TestExecutor): string[] {
  return reports.flatMap(({ event }) =>
    event.type === 'notice' ? [`${event.level} ${event.code}: ${event.message}`] : [],
  )
}

test('another public address is an alarm, over a restart too, and the first one is not', () => {
  const { executor } = looking()
  executor.take({ type: 'address', address: '203.0.113.7' })
  executor.crash()
  executor.take({ type: 'address', address: '203.0.113.7' })
  expect(notices(executor)).toEqual([])
  executor.take({ type: 'address', address: '198.51.100.2' })
  executor.take({ type: 'address', address: '198.51.100.2' })
  expect(notices(executor)).toEqual([
    expect.stringMatching(
      /^error address_changed: .*\(now 198\.51\.100\.2, before 203\.0\.113\.7\)$/,
    ),
  ])
})

test('a key that is refused from another address is told within a minute, with the address in the words of the exchange', async () => {
  const { executor } = looking()
  const { exchange, clock } = executor
  executor.take({ type: 'address', address: '203.0.113.7' })
  await clock.advance(60_000)
  const taken = exchange.refreshBalances.bind(exchange)
  const message =
    'the exchange says: Invalid API-key, IP, or permissions, request ip: 198.51.100.2 (-2015)'
  let refusals = 1
  const refused = { ok: false, code: 'exchange_key_refused', message } as const
  const asked: { refreshBalances: () => Promise<Answered<readonly Balance[]>> } = exchange
  asked.refreshBalances = async () => (refusals-- > 0 ? refused : taken())
  await clock.advance(60_000)
  expect(notices(executor), 'one may be a fault of the exchange').toEqual([])
  refusals = Number.POSITIVE_INFINITY
  await clock.advance(60_000)
  expect(notices(executor)).toEqual([
    expect.stringContaining(`error key_refused: `),
    expect.stringMatching(/^error address_changed: .*now 198\.51\.100\.2, /),
  ])
  expect(notices(executor)[0]).toContain(message)
  refusals = 0
  await clock.advance(60_000)
  expect(notices(executor).at(-1)).toMatch(/^info key_in_order: /)
  executor.close()
})
