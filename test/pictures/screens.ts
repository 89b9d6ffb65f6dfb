// What is played for each picture: what the device says, and what its owner writes.
import type { Answer, ApprovalNeeded, Instruction } from '@keyside/protocol'
import { type ChatPlayer, Market } from '@keyside/sandbox'
import { answersAt } from '../../bot/testing/answers.ts'
import { approvalOf, digestOf, orderOf, stepOf } from '../../bot/testing/events.ts'
import { allSent, allTaken, type BotFixture, until } from '../../bot/testing/fixture.ts'
import type { EngineAnswer, EngineScript } from '../../bot/testing/scripted-engine.ts'
import { RULE, TRIED } from '../../bot/testing/strategy-answers.ts'

/** A Friday. Unix ms. */
export const NOW = Date.parse('2026-11-27T14:05:30Z')
const SECONDS = NOW / 1000
const MARKET = new Market({ seed: 8 })

interface Stage extends BotFixture {
  readonly chat: ChatPlayer
}

export interface Screen {
  /** Of its file. */
  readonly name: string
  readonly theme?: 'light' | 'dark'
  /** What the engine of the bot's home answers, where there is one. */
  readonly engine?: EngineScript
  /** Until what is to be seen has been asked for; it is sent then. */
  play(stage: Stage): Promise<void>
}

/** The newest that have closed, of the sandbox's market. */
function candlesOf(
  symbol: string,
  interval: '5m' | '15m',
  count: number,
): ApprovalNeeded['candles'] {
  const length = interval === '5m' ? 300_000 : 900_000
  const last = Math.floor(NOW / length) * length
  return Array.from({ length: count }, (_, at) => {
    const candle = MARKET.candle(symbol, last - (count - at) * length, length, NOW)
    const { open, high, low, close } = candle
    return [(last - (count - at) * length) / 1000, open, high, low, close]
  })
}

const BTC = candlesOf('BTC/USDT', '15m', 60)
const PRICE = Number(BTC.at(-1)?.[4] ?? 60_000)
const at = (factor: number) => (PRICE * factor).toFixed(2)

const ORDER = orderOf(1, {
  stream: 'home/ema-cross',
  amount: '0.00820',
  price: at(1.002),
  value: (0.0082 * PRICE * 1.002).toFixed(2),
})

function approval(): ApprovalNeeded {
  return approvalOf(ORDER, SECONDS + 240, {
    market: at(1),
    stop: at(0.985),
    risk: (0.0082 * PRICE * 0.021).toFixed(2),
    allocation: '5000',
    held: { amount: '0.0051', cost: '326.4', streams: 1 },
    exits: {
      takeProfits: [
        { price: at(1.012), percent: '50' },
        { price: at(1.024), percent: '50' },
      ],
      trailingStop: { percent: '1.5', from: '2' },
    },
    reason: 'ema(12) 63,998.41 crossed above ema(26) 63,970.02, rsi(14) 58.2',
    timeframe: '15m',
    candles: BTC,
  })
}

const DAY = 86_400
/** A month of sales, oldest first: when, in seconds, and what each has brought. The same each time. */
const SALES = Array.from({ length: 46 }, (_, n) => ({
  at: SECONDS - 30 * DAY + (n + 1) * 0.645 * DAY,
  gain: ((n * 7919) % 101) / 2.5 - 16.4,
}))

/** The device of the pictures answers like this to everything. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  ...answersAt(SECONDS),
  trade: storyAnswer(),
  results: resultsAnswer('period'),
}

function storyAnswer(): Answer {
  const candles = candlesOf('BTC/USDT', '5m', 60)
  const [bought, sold] = [candles[14], candles[46]]
  if (bought === undefined || sold === undefined) throw new Error('too few candles')
  const amount = 0.0082
  const cost = amount * Number(bought[4])
  const proceeds = amount * Number(sold[4])
  const fees = (cost + proceeds) * 0.001
  const gain = proceeds - cost - fees
  return {
    about: 'trade',
    of: 41,
    row: {
      number: 41,
      stream: 'home/ema-cross',
      market: 'BTC/USDT',
      reason: 'trailing_stop',
      opened: bought[0] + 61,
      closed: sold[0] + 200,
      amount: '0.0082',
      cost: cost.toFixed(4),
      proceeds: proceeds.toFixed(4),
      fees: { USDT: fees.toFixed(4) },
      feesValue: fees.toFixed(4),
      result: {
        gain: Math.abs(gain).toFixed(4),
        negative: gain < 0,
        paid: (cost * 1.001).toFixed(4),
      },
    },
    bought: 'ema(12) 63,998.41 crossed above ema(26) 63,970.02',
    stops: [
      [bought[0] + 62, (Number(bought[4]) * 0.985).toFixed(2)],
      [candles[30]?.[0] ?? 0, (Number(bought[4]) * 0.992).toFixed(2)],
      [candles[40]?.[0] ?? 0, (Number(sold[4]) * 0.999).toFixed(2)],
    ],
    timeframe: '5m',
    candles,
  }
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

function resultsAnswer(by: 'period' | 'day'): Extract<Answer, { about: 'results' }> {
  const row = (key: string, sales: typeof SALES) => {
    const gain = sales.reduce((all, one) => all + one.gain, 0)
    return {
      key,
      currency: 'USDT',
      trades: sales.length,
      won: sales.filter((one) => one.gain > 0).length,
      unknown: 0,
      gain: Math.abs(gain).toFixed(2),
      negative: gain < 0,
      paid: (sales.length * 525).toFixed(2),
      fees: { USDT: (sales.length * 1.05).toFixed(2) },
      feesValue: (sales.length * 1.05).toFixed(2),
    }
  }
  if (by === 'day') {
    const days = [...new Set(SALES.map(({ at }) => dayOf(at)))].reverse().slice(0, 12)
    return {
      about: 'results',
      by,
      rows: days.map((day) =>
        row(
          day,
          SALES.filter(({ at }) => dayOf(at) === day),
        ),
      ),
    }
  }
  const since = (days: number) => SALES.filter(({ at }) => at >= SECONDS - days * DAY)
  let [sum, best, deepest] = [0, 0, 0]
  const points = SALES.map(({ at, gain }): [number, string, boolean] => {
    sum += gain
    best = Math.max(best, sum)
    deepest = Math.max(deepest, best - sum)
    return [at, Math.abs(sum).toFixed(2), sum < 0]
  })
  return {
    about: 'results',
    by,
    rows: [
      row(
        'today',
        SALES.filter(({ at }) => dayOf(at) === dayOf(SECONDS)),
      ),
      row('7 days', since(7)),
      row('30 days', SALES),
      row('all', SALES),
    ],
    curve: {
      currency: 'USDT',
      since: SECONDS - 30 * DAY,
      until: SECONDS,
      points,
      deepest: deepest.toFixed(2),
      below: (best - sum).toFixed(2),
    },
    drawdown: { currency: 'USDT', used: (best - sum + 3.6).toFixed(2), limit: '300' },
  }
}

/** Writes each, and waits for the answers. */
function says(...texts: readonly string[]): Screen['play'] {
  return async ({ chat, device, ...stage }) => {
    device.answer = ({ jti, instruction }) => ({
      type: 'answer',
      to: jti,
      answer: answerTo(instruction),
    })
    for (const text of texts) {
      const before = chat.messages().length
      chat.sendText(text)
      await until(() => chat.messages().length > before + 1)
      await allSent(stage)
    }
  }
}

function answerTo(instruction: Instruction): Answer {
  if (instruction.do === 'results' && instruction.by === 'day') return resultsAnswer('day')
  return ANSWERS[instruction.do] ?? { about: 'done' }
}

/** A trade from its purchase to its sale. */
async function tradeStory({ device, ...stage }: Stage): Promise<void> {
  const { amount } = ORDER
  const fees = [{ amount: '0.53', currency: 'USDT' }]
  const entry = { filled: amount, average: at(1), fees }
  const exit = { ...ORDER, kind: 'exit', side: 'sell', price: at(1.012) } as const
  const stop = { ...ORDER, kind: 'stop', side: 'sell', stop: at(0.985), price: at(0.964) } as const
  const ids = (number: number) => ({
    id: digestOf(number),
    clientOrderId: number.toString(16).padStart(32, '0'),
  })
  for (const step of [
    stepOf(ORDER, 'filled', entry),
    stepOf({ ...stop, ...ids(2) }, 'accepted'),
    stepOf({ ...exit, ...ids(3) }, 'filled', {
      filled: amount,
      average: at(1.0151),
      fees,
      reason: 'rsi(14) 71.3 is over 70',
      result: {
        gain: (0.0082 * PRICE * 0.0151 - 1.06).toFixed(4),
        negative: false,
        paid: (0.0082 * PRICE + 0.53).toFixed(4),
        held: 15_000,
      },
    }),
  ]) {
    await device.report(step)
    await allTaken({ ...stage, device })
    await allSent(stage)
  }
}

const MISTAKE: EngineAnswer = {
  do: 'mistakes',
  problems: [{ line: 6, column: 51, message: 'enter: unknown name "smaa": did you mean "sma"?' }],
}

export const SCREENS: readonly Screen[] = [
  {
    name: 'card',
    play: async ({ device, chat }) => {
      await device.report(approval())
      await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
    },
  },
  {
    name: 'card-dark',
    theme: 'dark',
    play: async ({ device, chat }) => {
      await device.report(approval())
      await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
    },
  },
  { name: 'positions', play: says('/positions') },
  { name: 'balance', play: says('/balance') },
  { name: 'profit', play: says('/profit') },
  { name: 'daily', play: says('/daily') },
  { name: 'trade', play: says('/trade 41') },
  { name: 'close', play: says('/close btc half') },
  { name: 'limits', play: says('/limits') },
  { name: 'streams', play: says('/streams') },
  { name: 'settings', play: says('/settings') },
  { name: 'explain', play: says('/explain') },
  { name: 'summary', play: says('/summary') },
  { name: 'story', play: tradeStory },
  {
    name: 'rule',
    engine: () => TRIED,
    play: async ({ chat }) => {
      chat.sendText(RULE)
      await chat.waitForMessage(({ caption }) => caption !== undefined)
    },
  },
  {
    name: 'mistake',
    engine: () => MISTAKE,
    play: async ({ chat }) => {
      chat.sendText(RULE.replace('sma', 'smaa'))
      await chat.waitForMessage(({ text }) => text?.includes('A mistake') === true)
    },
  },
]
