import { describe, expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { sentenceOf } from '../model/codes.ts'

type Asked = Parameters<TestExecutor['command']>[0]

let names = 0

async function ask(executor: TestExecutor, instruction: Asked) {
  names += 1
  await executor.give(executor.command(instruction, `ask ${names}`))
  const event = executor.reports.at(-1)?.event
  return event?.type === 'answer' ? event.answer : null
}

const tighten = (setting: string, to: string, more: { step?: 'preview'; from?: string } = {}) =>
  ({ do: 'tighten', setting, to, step: 'apply', ...more }) as const
const requestLoosening = (setting: string, to: string, step: 'preview' | 'apply' = 'apply') =>
  ({ do: 'request_loosening', setting, to, step }) as const

async function limits(executor: TestExecutor) {
  const answer = await ask(executor, { do: 'limits' })
  if (answer?.about !== 'limits') throw new Error('no limits')
  return answer
}

describe('tightening', () => {
  test('counts for the next entry, and over a crash', async () => {
    const executor = new TestExecutor()
    const day = { setting: 'limits.day', from: '2000 USDT', to: '200 USDT' }
    expect(await ask(executor, tighten('limits.day', '200', { step: 'preview' }))).toMatchObject({
      about: 'change',
      step: 'preview',
      effect: 'tightens',
      changes: expect.arrayContaining([day]),
    })
    expect((await limits(executor)).day.limit, 'a look changes nothing').toBe('2000')
    expect(await ask(executor, tighten('limits.day', '200', { from: '2000' }))).toMatchObject({
      step: 'apply',
    })
    expect(await limits(executor)).toMatchObject({ day: { limit: '200' }, order: '200' })
    executor.crash()
    expect((await limits(executor)).day.limit).toBe('200')
    await executor.enter({ size: { unit: 'quote', value: '300' } })
    expect(executor.told().at(-1)).toMatch(/^entry denied size\./)
  })

  test('approval: an order that would have gone through is asked about', async () => {
    const executor = new TestExecutor()
    await ask(executor, tighten('approval', 'always'))
    await executor.enter()
    expect(executor.reports.some(({ event }) => event.type === 'approval')).toBe(true)
    expect(executor.exchange.orders.size).toBe(0)
  })

  test('what would allow more, changes nothing, or is nothing is refused, and not written down', async () => {
    const executor = new TestExecutor()
    expect(await ask(executor, tighten('limits.day', '2001', { step: 'preview' }))).toMatchObject({
      effect: 'loosens',
      from: '2000',
    })
    const codes = []
    const events = executor.state().portfolio.tightenings
    for (const [setting, to] of [
      ['limits.day', '2001'],
      ['approval', 'never'],
      ['limits.day', '2000'],
      ['limits.day', '-5'],
      ['limits.nothing', '5'],
      ['streams.home/other.allocation', '5'],
      ['code_above', '5'],
    ] as const) {
      const answer = await ask(executor, tighten(setting, to))
      codes.push(answer?.about === 'refused' ? answer.code : answer?.about)
    }
    expect(codes).toEqual([
      'tighten_loosens',
      'setting_unchanged',
      'setting_unchanged',
      'setting_unknown',
      'setting_unknown',
      'tighten_loosens',
      'approval_code_unset',
    ])
    expect(executor.state().portfolio.tightenings).toBe(events)
  })

  test('a yes to what has changed since is not taken', async () => {
    const executor = new TestExecutor()
    await ask(executor, tighten('limits.day', '1000'))
    expect(await ask(executor, tighten('limits.day', '900', { from: '2000' }))).toMatchObject({
      code: 'setting_moved',
    })
    expect((await limits(executor)).day.limit).toBe('1000')
  })

  test('the policy that is accepted later takes its place', async () => {
    const executor = new TestExecutor()
    await ask(executor, tighten('limits.day', '200'))
    executor.tighteningsEnded = 1
    expect((await limits(executor)).day.limit).toBe('2000')
    await ask(executor, tighten('limits.day', '300'))
    expect((await limits(executor)).day.limit).toBe('300')
  })

  test('a limit that is reached already: the question says what a yes would do at once', async () => {
    const executor = new TestExecutor()
    const at = async (price: string) => {
      Object.assign(executor.exchange, { price, quoteAt: executor.clock.now() })
      await executor.give({ type: 'tick' })
    }
    await at('60000')
    await executor.enter()
    await at('59000')
    const note = async (setting: string, to: string) => {
      const answer = await ask(executor, tighten(setting, to, { step: 'preview' }))
      return answer?.about === 'change' ? answer.note : answer
    }
    // 0.00497 x 1000 = 4.97
    expect(await note('limits.day_loss', '4')).toBe(sentenceOf('tighten_closes_day'))
    expect(await note('limits.drawdown', '4')).toBe(sentenceOf('tighten_halts'))
    expect(await note('limits.drawdown', '5')).toBeUndefined()
    expect(executor.state().portfolio.trading).toBe('running')
    await ask(executor, tighten('limits.drawdown', '4'))
    expect(executor.state().portfolio.trading).toBe('halted')
  })

  test('is shown with what the device accepted', async () => {
    const executor = new TestExecutor()
    await ask(executor, tighten('limits.day', '600'))
    const answer = await ask(executor, { do: 'policy' })
    expect(answer).toMatchObject({
      about: 'policy',
      rows: expect.arrayContaining([
        { setting: 'limits.day', to: '600', accepted: '2000' },
        { setting: 'limits.order', to: '500' },
        { setting: 'streams.home/demo.allocation', to: '1000' },
      ]),
    })
  })
})

describe('a request to loosen', () => {
  test('changes nothing, waits, and is told of when it is answered', async () => {
    const executor = new TestExecutor()
    expect(await ask(executor, requestLoosening('limits.day', '9000', 'preview'))).toMatchObject({
      effect: 'loosens',
    })
    expect(await ask(executor, requestLoosening('limits.day', '9000'))).toMatchObject({
      request: 1,
    })
    expect(await ask(executor, requestLoosening('markets.SOL/USDT', 'allowed'))).toMatchObject({
      request: 2,
    })
    executor.crash()
    expect(await ask(executor, { do: 'policy' })).toMatchObject({
      requests: [
        { number: 1, setting: 'limits.day', to: '9000' },
        { number: 2, setting: 'markets.SOL/USDT' },
      ],
    })
    expect((await limits(executor)).day.limit).toBe('2000')
    const ended = { type: 'loosening_ended', number: 1, how: 'dropped', detail: '' } as const
    await executor.give(ended)
    await executor.give(ended)
    const told = executor.reports.filter(({ event }) => event.type === 'notice')
    await executor.give({
      type: 'loosening_ended',
      number: 2,
      how: 'accepted',
      detail: 'it counts now',
    })
    const notices = () =>
      executor.reports.flatMap(({ event }) => (event.type === 'notice' ? [event] : []))
    expect(told).toHaveLength(1)
    expect(notices()).toMatchObject([
      { code: 'loosening_dropped', message: expect.stringContaining('limits.day 9000') },
      {
        code: 'loosening_accepted',
        message: expect.stringMatching(/^markets.SOL.* it counts now$/),
      },
    ])
  })

  test('what allows no more needs nobody at the device', async () => {
    const executor = new TestExecutor()
    expect(await ask(executor, requestLoosening('limits.day', '100'))).toMatchObject({
      code: 'setting_unchanged',
    })
  })

  test('of one setting the newest waits, and no more than ten in all', async () => {
    const executor = new TestExecutor()
    await ask(executor, requestLoosening('limits.day', '3000'))
    expect(await ask(executor, requestLoosening('limits.day', '4000'))).toMatchObject({
      request: 2,
    })
    for (let each = 0; each < 9; each += 1)
      await ask(executor, requestLoosening(`markets.COIN${each}/USDT`, 'allowed'))
    expect(await ask(executor, requestLoosening('collar', '3 %'))).toMatchObject({
      code: 'loosening_requests_full',
    })
    expect(await ask(executor, requestLoosening('limits.day', '5000'))).toMatchObject({
      request: 12,
    })
  })
})
