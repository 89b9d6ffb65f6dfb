// Every code that the executor itself gives, with the sentence a person reads. docs/errors.md explains each one.

export const EXECUTOR_SENTENCES = {
  retained_signal:
    'a broker kept this signal and sent it again: signals are never kept, ask the provider about his broker',
  stream_unlisted:
    'the policy gives this stream no allotment: add it at the device if you want to follow it',
  sequence_unbased:
    'a signal came before this device knew where its stream stands: it follows from the next one',
  sequence_gap: 'signals before this one are missing: entries wait until the next head',
  sequence_old: 'this signal is older than one already seen: nothing was done',
  sequence_jump: 'the signal is numbered more than 10 000 ahead of the last one: ask the provider',
  equivocation:
    'the provider signed two different signals with one number: trading is halted, ask him before you run "keyside unhalt"',
  decision_repeated: 'this stream has already decided on this candle: one decision, one order',
  head_behind:
    'the head says less than the signals before it: the provider has lost signals, ask him',
  signals_missed: 'signals were missed: entries among them stay missed, an exit is made up for',
  stream_silent: 'no sign of life from the provider: no new entries, stops stay at the exchange',
  market_unknown: 'the exchange does not know this market, or its rules are not loaded',
  quote_missing: 'the exchange gave no price: nothing is decided without one',
  entry_superseded: 'the strategy has left this position again: nothing was sent',
  balance_unknown: 'the exchange did not say what you have: ask again in a moment',
  price_moved: 'the price has left the order that was approved: nothing was sent',
  approval_unknown: 'no order waits for this answer',
  approval_late: 'the answer came after the order had expired: nothing was sent',
  approval_expired: 'nobody answered in time: nothing was sent',
  approval_rejected: 'you rejected it: nothing was sent',
  halted_at_terminal_only: 'trading is halted: it is resumed at the device with "keyside unhalt"',
  command_flood: 'too many commands in a minute: wait, or look who else can write to the bot',
  not_filled: 'the exchange found nobody within the price: what is not filled is canceled',
  order_unknown:
    'the exchange has not said what became of this order: the market stays closed until it does; look at the exchange yourself',
  order_not_placed: 'the exchange never saw this order',
  order_turned_down: 'the exchange turned the order down',
  stop_failed: 'a position has no stop at the exchange: protect it yourself',
  exit_failed: 'the provider wants out and the position could not be sold: sell it yourself',
  refusals_many: 'more messages were refused than are told',
  policy_missing:
    'there is no policy.yaml: write one as docs/policy.md shows, then run "keyside policy accept"',
  policy_changed:
    'policy.yaml was changed: the accepted one stays in force until "keyside policy accept" and a restart',
  key_can_withdraw:
    'this exchange key may withdraw or transfer: make one that may only trade, then run "keyside keys add"',
  exchange_key_missing: 'there is no exchange key for this account: run "keyside keys add"',
  journal_locked: 'another executor uses this journal: stop it first',
  journal_failed:
    'the journal cannot be written: nothing is accepted until the disk has room and the executor is started again',
  journal_damaged: 'the journal is damaged: run "keyside journal verify"',
  journal_newer: 'the journal was written by a newer Keyside: update this one',
} as const

export type ExecutorCode = keyof typeof EXECUTOR_SENTENCES

export const EXECUTOR_CODES = Object.keys(EXECUTOR_SENTENCES) as readonly ExecutorCode[]

export function sentenceOf(code: string): string {
  return (EXECUTOR_SENTENCES as Record<string, string>)[code] ?? code
}
