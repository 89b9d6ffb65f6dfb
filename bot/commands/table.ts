// Which instruction to the device a command stands for, with the words behind it.
import type { Instruction } from '@keyside/protocol'
import { paused, resumed } from '../texts/chat.ts'
import { html } from '../texts/html.ts'
import type { CommandSpec } from './run.ts'

/** Rows that fit a phone without scrolling for long. */
const ROWS = 10

type GroupedBy = Extract<Instruction, { do: 'results' }>['by']

/** `words` are in lower case. */
interface CommandWithWords {
  readonly spec: CommandSpec
  /** Those that say nothing to this command. */
  readonly rest: readonly string[]
}

type Reader = (words: readonly string[]) => CommandWithWords

const ask = (instruction: Instruction): CommandSpec => ({ instruction, done: html`Done.` })
const bare =
  (spec: CommandSpec): Reader =>
  (words) => ({ spec, rest: words })
const results = (by: GroupedBy) => bare(ask({ do: 'results', by }))

/** Pausing needs no second question: it only makes it safer. */
const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    status: bare(ask({ do: 'status' })),
    balance: bare(ask({ do: 'balance' })),
    positions: bare(ask({ do: 'positions' })),
    orders: bare(ask({ do: 'orders', limit: ROWS })),
    trades: ([first = '', ...rest]) =>
      isNumber(first)
        ? { spec: ask({ do: 'trades', limit: ROWS, before: Number(first) + 1 }), rest }
        : { spec: ask({ do: 'trades', limit: ROWS }), rest: wordsIn(first, rest) },
    profit: results('period'),
    daily: results('day'),
    weekly: results('week'),
    monthly: results('month'),
    performance: ([first = '', ...rest]) =>
      isGroup(first)
        ? { spec: ask({ do: 'results', by: first }), rest }
        : { spec: ask({ do: 'results', by: 'market' }), rest: wordsIn(first, rest) },
    pause: bare({ instruction: { do: 'pause' }, done: paused, evenIfOld: true }),
    resume: bare({ instruction: { do: 'resume' }, done: resumed }),
  }),
)

/** Null for a command that is not for a device. */
export function readCommand(name: string, words: readonly string[]): CommandWithWords | null {
  return READERS.get(name)?.(words) ?? null
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
