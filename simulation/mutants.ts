// Known bugs, planted into the text of a production file while it is loaded: the files themselves stay as they are.
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'

interface Patch {
  /** Below the repository. */
  readonly file: string
  /** Stands there exactly once. */
  readonly from: string
  readonly to: string
}

/** Each takes away one defence, together with those that would stand behind it. */
export const MUTANTS: Readonly<Record<string, readonly Patch[]>> = {
  'send-before-journal': [
    {
      file: 'executor/shell.ts',
      from: '    const reports = this.#commit(',
      to: '    for (const effect of decision.effects) runEffect(effect, this.#effects)\n    const reports = this.#commit(',
    },
    {
      file: 'executor/shell.ts',
      from: '    // Only after the events that ask for them are durable.\n    for (const effect of decision.effects) runEffect(effect, this.#effects)\n',
      to: '',
    },
  ],
  'no-replay-check': [
    {
      file: 'executor/core/execution/receive-signal.ts',
      from: "return hash === lastHash ? 'repeat' : 'equivocation'",
      to: "return hash === lastHash ? 'next' : 'equivocation'",
    },
    {
      file: 'executor/core/execution/receive-signal.ts',
      from: "if (decided) return refuse(context, received, 'decision_repeated')",
      to: '',
    },
    {
      file: 'executor/core/model/apply.ts',
      from: 'if (portfolio.orders[order.clientOrderId] !== undefined)',
      to: 'if (order.clientOrderId === undefined)',
    },
    {
      file: 'executor/journal/schema.ts',
      from: 'CREATE UNIQUE INDEX one_signal',
      to: 'CREATE INDEX one_signal',
    },
    {
      file: 'executor/journal/schema.ts',
      from: 'CREATE UNIQUE INDEX one_intent',
      to: 'CREATE INDEX one_intent',
    },
  ],
  'reservation-kept': [
    {
      file: 'executor/core/model/apply.ts',
      from: 'if (isFinal(order.state)) return applyExitOver(',
      to: "if (isFinal(order.state) && order.state !== 'declined') return applyExitOver(",
    },
  ],
  'unknown-is-rejected': [
    {
      file: 'executor/core/execution/order-status.ts',
      from: "    case 'unknown':\n      return markUnknown(context, order, result.message)",
      to: "    case 'unknown':\n      return rejectOrder(context, order, 'order_rejected', result.message)",
    },
  ],
  'policy-resets-counter': [
    {
      file: 'executor/policy/policy-file.ts',
      from: '  db.prepare("INSERT OR REPLACE INTO kept VALUES (\'policy\', ?)").run(JSON.stringify(accepted))',
      to: `  db.prepare("INSERT OR REPLACE INTO kept VALUES ('policy', ?)").run(JSON.stringify(accepted))
  db.exec("INSERT OR REPLACE INTO kept SELECT 'edited', coalesce(max(seq), 0) FROM events")`,
    },
    {
      file: 'executor/journal/journal.ts',
      from: '      portfolio = applyRow(portfolio, row)\n',
      to: `      portfolio = applyRow(portfolio, row)
      const edited = Number(
        this.#db.prepare("SELECT value FROM kept WHERE name = 'edited'").get()?.['value'] ?? 0,
      )
      if (row.seq === edited) portfolio = { ...portfolio, counters: EMPTY_PORTFOLIO.counters }
`,
    },
  ],
  'hour-forgets': [
    {
      file: 'executor/core/model/count.ts',
      from: '  const kept = withinHour(hour, slot)\n',
      to: "  const kept: Counters['hour'] = []\n",
    },
  ],
  'level-sold-twice': [
    {
      file: 'executor/core/model/apply-position.ts',
      from: '      !nothing && takeProfitLevels !== undefined && signal === position.signal\n        ? [...levelsFilled, ...takeProfitLevels]\n        : levelsFilled',
      to: '      levelsFilled',
    },
  ],
  'stop-lowered': [
    {
      file: 'executor/core/execution/moved-stops.ts',
      from: '  if (isFar && breakEven === null) return\n',
      to: '',
    },
    {
      file: 'executor/core/execution/moved-stops.ts',
      from: '  return trailing.minus(parseDecimal(stop)).gte(percentOf(bid, parseDecimal(MIN_RISE)))\n    ? trailing\n    : null',
      to: '  return trailing',
    },
    {
      file: 'executor/core/execution/moved-stops.ts',
      from: 'isFar ? null : trailingStop(',
      to: 'trailingStop(',
    },
  ],
  'drift-ignored': [
    {
      file: 'executor/core/risk/rules/reconciled.ts',
      from: "comparison === 'agrees'",
      to: "comparison !== 'not_yet'",
    },
  ],
  'shortage-ignored': [
    {
      file: 'executor/core/model/positions.ts',
      from: 'return minus(amount, missing)',
      to: "return missing === '' ? minus(amount, missing) : amount",
    },
  ],
  'forged-is-believed': [
    {
      file: 'protocol/verify.ts',
      from: 'if (!pin.key.verify(signed, read.signature))',
      to: 'if (pin.key.verify(signed, read.signature) === null)',
    },
  ],
  'wrong-side-kept': [
    {
      file: 'executor/core/execution/order-status.ts',
      from: "seen.triggers === 'at_or_above'",
      to: 'seen.fills === undefined',
    },
  ],
  'view-lag-ignored': [
    {
      file: 'executor/core/execution/order-status.ts',
      from: 'exchange.acceptanceWindowMs + exchange.viewLagMs + MARGIN_MS + skew',
      to: 'exchange.acceptanceWindowMs + MARGIN_MS + skew',
    },
  ],
  'child-order-not-followed': [
    {
      file: 'executor/venues/adapter/model-port.ts',
      from: '  const child = order.child === null ? undefined : venue.order(order.child)\n  const later',
      to: '  const child = order.id === order.child ? order : undefined\n  const later',
    },
  ],
  'revoked-key-followed': [
    {
      file: 'executor/core/execution/providers.ts',
      from: 'return providers[name]?.revoked.includes(kid) === true',
      to: 'return providers[name]?.revoked.includes(kid) === null',
    },
  ],
  'one-name-two-providers': [
    {
      file: 'executor/core/execution/receive-head.ts',
      from: 'const stream = streamName(provider, name)',
      to: "const stream = streamName('home', name) || provider",
    },
  ],
  'missed-exit-forgotten': [
    {
      file: 'executor/core/execution/replay.ts',
      from: 'const waysOut = replay.exits.filter((exit) => isOwed(context, name, missed, exit))',
      to: 'const waysOut = replay.exits.filter((exit) => isOwed(context, name, missed, exit) === null)',
    },
  ],
  'every-stop-holds-coins': [
    {
      file: 'executor/core/execution/stops.ts',
      from: '    holds: stop.holds,\n',
      to: "    holds: stop.holds === 'nothing' ? 'coins' : stop.holds,\n",
    },
  ],
  'yes-to-anything': [
    {
      file: 'executor/core/commands/close.ts',
      from: "  if (asked.shown !== shown) return refusedAnswer('position_changed')\n",
      to: '',
    },
  ],
  'stop-lowered-by-hand': [
    {
      file: 'executor/core/commands/protect.ts',
      from: 'wanted.lte(parseDecimal(position.stop))',
      to: 'wanted.lte(0)',
    },
  ],
  'way-out-taken-back': [
    {
      file: 'executor/core/commands/cancel.ts',
      from: "  if (order.kind !== 'entry') return refusedAnswer('cancel_protects')\n",
      to: '',
    },
  ],
  'closed-order-given-up': [
    {
      file: 'executor/venues/adapter/orders.ts',
      from: "  if (direct.outcome !== 'missing') return direct\n  const lists",
      to: "  if (direct.outcome !== 'found' || direct.order !== null) return direct\n  const lists",
    },
  ],
  'forgotten-order-kept': [
    {
      file: 'executor/core/execution/order-end.ts',
      from: '  if (result.ok && isForgotten(context, order)) return endAsFilled(context, order, FORGOTTEN)\n',
      to: '  if (result.ok && FORGOTTEN === typeof isForgotten) return endAsFilled(context, order, FORGOTTEN)\n',
    },
  ],
  'stop-lowered-by-signal': [
    {
      file: 'executor/core/execution/moved-stops.ts',
      from: 'if (position.stop !== null && to.lte(parseDecimal(position.stop))) continue',
      to: 'if (position.stop !== null && to.lte(0)) continue',
    },
  ],
  'stop-of-another-moved': [
    {
      file: 'executor/core/execution/moved-stops.ts',
      from: 'position.stream === stream && position.signalMarket',
      to: "position.stream !== '' && position.signalMarket",
    },
  ],
  'missed-stop-forgotten': [
    {
      file: 'executor/core/execution/replay.ts',
      from: "if (claims.kind === 'stop') moveStops(",
      to: "if (claims.kind === 'entry') moveStops(",
    },
  ],
  'clock-back-unnoticed': [
    { file: 'executor/core/decide.ts', from: '  watchClock(context)\n', to: '' },
  ],
}

/** For every module that is loaded from here on. Throws a RangeError for a name that is not in the list. */
export function plantMutant(name: string): void {
  const patches = MUTANTS[name]
  if (patches === undefined)
    throw new RangeError(`expected one of ${Object.keys(MUTANTS).join(', ')}, got "${name}"`)
  for (const { file } of patches)
    if (!existsSync(join(import.meta.dirname, '..', file)))
      throw new Error(`there is no ${file} any more`)
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const mine = patches.filter(({ file }) => url.endsWith(`/${file}`))
      if (mine.length === 0) return loaded
      return { ...loaded, source: mine.reduce(patched, String(loaded.source)) }
    },
  })
}

/** Production code moves on: a mutant that no longer fits must not pass for one that was caught. */
function patched(source: string, { file, from, to }: Patch): string {
  if (source.split(from).length !== 2)
    throw new Error(`the mutant's text stands not once in ${file}: ${from}`)
  return source.replace(from, () => to)
}
