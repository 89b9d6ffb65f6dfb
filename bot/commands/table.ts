// Which instruction to the device a command stands for, with the words behind it.
import type { Instruction } from '@keyside/protocol'
import { equityChart, saleChart } from '../charts/of-answer.ts'
import { Html } from '../texts/html.ts'
import { noSaleText, paidFeesText } from '../texts/results.ts'
import { styleNow } from '../texts/style.ts'
import { listAlerts, readAlert } from './alert.ts'
import type { CommandSpec } from './command-spec.ts'
import { readConfirm, readLimits } from './lower.ts'
import { readPause, readResume } from './pause.ts'
import { readBreakEven, readCancel, readClose, readCloseAll, readProtect } from './way-out.ts'
import { ask, type Read } from './words.ts'

/** Rows that fit a phone without scrolling for long. */
const ROWS = 10

type GroupedBy = Extract<Instruction, { do: 'results' }>['by']

interface CommandWithWords {
  readonly spec: CommandSpec
  /** The words that this command ignores. */
  readonly rest: readonly string[]
}

/** When its message was sent, and now; Unix ms. */
interface Times {
  readonly sent: number
  readonly now: number
}

/** `words` are in lower case. Html: what to reply instead, for nothing is done. */
type Reader = (words: readonly string[], times: Times) => CommandWithWords | Html

const bare =
  (spec: CommandSpec): Reader =>
  (words) => ({ spec, rest: words })
const whole = (read: Read): CommandWithWords | Html =>
  read instanceof Html ? read : { spec: read, rest: [] }
/** In the owner's days, weeks and months. */
const askResults = (by: GroupedBy, curve?: number): CommandSpec => {
  const { timeZone } = styleNow()
  return ask({
    do: 'results',
    by,
    ...(curve !== undefined && { curve }),
    ...(timeZone !== 'UTC' && { timeZone }),
  })
}
const results =
  (by: GroupedBy): Reader =>
  (words) => ({ spec: askResults(by), rest: words })

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    status: bare(ask({ do: 'status' })),
    balance: bare(ask({ do: 'balance' })),
    positions: bare(ask({ do: 'positions' })),
    explain: bare(ask({ do: 'explain' })),
    orders: bare(ask({ do: 'orders', limit: ROWS })),
    limits: (words) => whole(readLimits(words)),
    confirm: (words) => whole(readConfirm(words)),
    trades: ([first = '', ...rest]) =>
      isNumber(first)
        ? { spec: ask({ do: 'trades', limit: ROWS, before: Number(first) + 1 }), rest }
        : { spec: ask({ do: 'trades', limit: ROWS }), rest: wordsIn(first, rest) },
    trade: ([first = '', ...rest]) =>
      isNumber(first)
        ? { spec: oneSale(Number(first)), rest }
        : { spec: oneSale(null), rest: wordsIn(first, rest) },
    fees: (words) => ({
      spec: {
        ...askResults('period'),
        text: (answer) => (answer.about === 'results' ? paidFeesText(answer) : null),
      },
      rest: words,
    }),
    profit: (words, { now }) => profit(words, now),
    daily: results('day'),
    weekly: results('week'),
    monthly: results('month'),
    performance: ([first = '', ...rest]) =>
      isGroup(first)
        ? { spec: ask({ do: 'results', by: first }), rest }
        : { spec: ask({ do: 'results', by: 'market' }), rest: wordsIn(first, rest) },
    pause: (words, { sent, now }) => whole(readPause(words, sent, now)),
    alert: (words) => whole(readAlert(words)),
    alerts: bare(listAlerts),
    summary: (words, { now }) => {
      const until = Math.ceil(now / 1000)
      return { spec: ask({ do: 'summary', since: until - DAY_SECONDS, until }), rest: words }
    },
    resume: (words) => whole(readResume(words)),
    close: (words) => whole(readClose(words)),
    closeall: (words) => whole(readCloseAll(words)),
    protect: (words) => whole(readProtect(words)),
    breakeven: (words) => whole(readBreakEven(words)),
    cancel: (words) => whole(readCancel(words)),
  }),
)

function oneSale(number: number | null): CommandSpec {
  return {
    ...ask({ do: 'trade', ...(number !== null && { number }) }),
    text: (answer) => (answer.about === 'trades' ? noSaleText(answer.of, number) : null),
    chart: (answer) => (answer.about === 'trade' ? saleChart(answer) : null),
  }
}

const DAY_SECONDS = 86_400
const DAYS = 30
/** The longest time to look back, days: ten years are as good as "all", and still a valid date on the wire. */
const MAX_DAYS = 3_650

/** `/profit`, `/profit 7`, `/profit all`: the chart's days; the sums are the same. */
function profit([first = '', ...rest]: readonly string[], now: number): CommandWithWords {
  const days = isNumber(first) ? Math.min(Number(first), MAX_DAYS) : DAYS
  const isAll = first === 'all'
  const since = isAll ? 0 : Math.floor(now / 1000) - days * DAY_SECONDS
  const title = isAll ? 'Profit, all time' : `Profit, last ${days === 1 ? 'day' : `${days} days`}`
  const spec: CommandSpec = {
    ...askResults('period', since),
    chart: (answer) => (answer.about === 'results' ? equityChart(answer, title) : null),
  }
  return { spec, rest: isAll || isNumber(first) ? rest : wordsIn(first, rest) }
}

/** Their names. */
export function deviceCommands(): readonly string[] {
  return [...READERS.keys()]
}

/** Null for a command that is not for a device. */
export function readCommand(
  name: string,
  words: readonly string[],
  times: Times,
): CommandWithWords | Html | null {
  return READERS.get(name)?.(words, times) ?? null
}

function isNumber(word: string): boolean {
  return /^[1-9]\d{0,8}$/.test(word)
}

function isGroup(word: string): word is 'market' | 'stream' | 'reason' {
  return ['market', 'stream', 'reason'].includes(word)
}

function wordsIn(first: string, rest: readonly string[]): readonly string[] {
  return first === '' ? rest : [first, ...rest]
}
