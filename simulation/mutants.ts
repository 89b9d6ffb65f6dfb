// Known bugs, planted into the text of a production file while it is loaded: the files themselves stay as they are.
import { registerHooks } from 'node:module'

interface Patch {
  /** Below executor/. */
  readonly file: string
  /** Stands there exactly once. */
  readonly from: string
  readonly to: string
}

/** Each takes away one defence, together with those that would stand behind it. */
export const MUTANTS: Readonly<Record<string, readonly Patch[]>> = {
  'send-before-journal': [
    {
      file: 'shell.ts',
      from: '    const reports = this.#commit(',
      to: '    for (const effect of decision.effects) this.#options.run(effect)\n    const reports = this.#commit(',
    },
    {
      file: 'shell.ts',
      from: '    this.#traceFacts(input, decision.facts)\n    for (const effect of decision.effects) this.#options.run(effect)\n',
      to: '',
    },
  ],
  'no-replay-check': [
    {
      file: 'inbox/sequence.ts',
      from: "return hash === lastHash ? 'repeat' : 'equivocation'",
      to: "return hash === lastHash ? 'next' : 'equivocation'",
    },
    {
      file: 'inbox/signal.ts',
      from: "if (decided) return refuse(turn, claims, 'decision_repeated')",
      to: '',
    },
    {
      file: 'journal/schema.ts',
      from: 'CREATE UNIQUE INDEX one_signal',
      to: 'CREATE INDEX one_signal',
    },
    {
      file: 'journal/schema.ts',
      from: 'CREATE UNIQUE INDEX one_intent',
      to: 'CREATE INDEX one_intent',
    },
  ],
  'reservation-kept': [
    {
      file: 'core/apply.ts',
      from: 'return isFinal(order.state) ? close(sent, order)',
      to: "return isFinal(order.state) && order.state !== 'rejected' ? close(sent, order)",
    },
  ],
  'unknown-is-rejected': [
    {
      file: 'orders/outcome.ts',
      from: "    case 'unknown':\n      return loseSight(turn, order, result.message)",
      to: "    case 'unknown':\n      return turnDown(turn, order, 'order_turned_down', result.message)",
    },
  ],
  'policy-resets-counter': [
    {
      file: 'journal/kept.ts',
      from: '  db.prepare("INSERT OR REPLACE INTO kept VALUES (\'policy\', ?)").run(JSON.stringify(accepted))',
      to: `  db.prepare("INSERT OR REPLACE INTO kept VALUES ('policy', ?)").run(JSON.stringify(accepted))
  db.exec("INSERT OR REPLACE INTO kept SELECT 'edited', coalesce(max(seq), 0) FROM facts")`,
    },
    {
      file: 'journal/journal.ts',
      from: '    for (const row of allRows(this.#db)) book = apply(book, toFact(row))',
      to: `    const edited = Number(
      this.#db.prepare("SELECT value FROM kept WHERE name = 'edited'").get()?.['value'] ?? 0,
    )
    for (const row of allRows(this.#db)) {
      book = apply(book, toFact(row))
      if (row.seq === edited) book = { ...book, day: { number: book.day.number, value: '0' } }
    }`,
    },
  ],
}

/** For every module that is loaded from here on. Throws a RangeError for a name that is not in the list. */
export function plantMutant(name: string): void {
  const patches = MUTANTS[name]
  if (patches === undefined)
    throw new RangeError(`expected one of ${Object.keys(MUTANTS).join(', ')}, got "${name}"`)
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const mine = patches.filter(({ file }) => url.endsWith(`/executor/${file}`))
      if (mine.length === 0) return loaded
      return { ...loaded, source: mine.reduce(patched, String(loaded.source)) }
    },
  })
}

/** Production code moves on: a mutant that no longer fits must not pass for one that was caught. */
function patched(source: string, { file, from, to }: Patch): string {
  if (source.split(from).length !== 2)
    throw new Error(`the mutant's text stands not once in executor/${file}: ${from}`)
  return source.replace(from, () => to)
}
