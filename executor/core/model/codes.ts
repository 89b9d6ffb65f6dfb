// Every code that the executor itself gives, with the sentence a person reads. docs/errors.md explains each one.

const EXECUTOR_SENTENCES = {
  retained_signal:
    'a broker kept this signal and sent it again: signals are never kept, ask the provider about its broker',
  sequence_unbased:
    'a signal came before this device knew where its stream stands: it follows from the next one',
  sequence_gap: 'signals before this one are missing: entries wait until the next head',
  sequence_old: 'this signal is older than one already seen: nothing was done',
  sequence_jump: 'the signal is numbered more than 10 000 ahead of the last one: ask the provider',
  candle_ahead:
    'the signal speaks of a candle that begins after it was signed: nothing was done, ask the provider',
  key_revoked:
    'a key of the provider is revoked: what it signed counts no longer, its orders that wait are taken back, and its streams go on with the next head of another key; nothing is to be done',
  keyset_taken: 'the provider has signed a new keyset, and it counts now: nothing is to be done',
  keyset_missing:
    'the provider names a newer keyset than this device has: no entries until it is here; look whether it stays so, and ask the provider',
  provider_followed: 'the provider is verified and its signals count: nothing is to be done',
  provider_unverified:
    'the provider cannot be verified, so none of its signals counts: what you hold of it is looked after as before, ask the provider',
  provider_unreachable:
    'the provider cannot be reached, so no signal comes: what you hold of it is looked after as before, and the connection is tried again',
  provider_ended:
    'the provider gives no more signals: what you hold of it is looked after as before, ask the provider for a new link',
  provider_equivocated:
    'the provider has signed two keysets with one version: it gets no entries, what you hold of it is looked after as before, ask the provider',
  provider_removed:
    'the provider is not followed any more: what you hold of it is looked after as before',
  equivocation:
    'two different signals have this number: the provider gets no entries until it has revoked the key, or until you have asked there and run "keyside unhalt"',
  orders_waiting_many:
    'so many orders of this stream wait already that this one is not taken: ask the provider',
  decision_repeated: 'this stream has already decided on this candle: one decision, one order',
  head_behind:
    'the head knows fewer signals than have come: the provider has lost some, or somebody else signs with its key, ask there',
  signals_missed: 'signals were missed: entries among them stay missed, an exit is made up for',
  stream_silent: 'no sign of life from the provider: no new entries, stops stay at the exchange',
  signal_unknown:
    'this device has nothing of such a signal among its newest 20 000 entries: "keyside explain" at the device looks through all of them',
  market_unknown: 'the exchange does not know this market, or its rules are not loaded',
  market_closed:
    'the exchange does not trade this market now: nothing is bought there until it does, and what is held there is watched',
  market_open: 'the exchange trades this market again, nothing is to be done',
  exit_elsewhere:
    'an exit of another market than the signals that bought what is held: nothing was sold, ask the provider',
  ratio_unusable:
    'the prices of the signal cannot be carried over to your market: nothing was done, look at the map in the policy',
  quote_missing: 'the exchange gave no price: nothing is decided without one',
  entry_superseded: 'the strategy has left this position again: nothing was sent',
  setting_unknown:
    'there is no such setting, or it cannot be this: /limits shows which there are, and how they are written',
  setting_unchanged: 'this allows neither more nor less than now: nothing was done',
  setting_moved: 'the setting has changed since you were asked: nothing was done, ask again',
  tighten_loosens:
    'this would allow more, and only the device itself can: ask for it, and it waits there',
  tighten_halts:
    'the result is that far below its best already, so this halts trading at once, and only the device undoes that',
  tighten_closes_day: 'so much is lost today already, so there are no more entries until 00:00 UTC',
  loosening_requests_full:
    'ten requests wait at the device already: accept or drop them there with "keyside requests"',
  loosening_request_unknown: 'no request of this number waits: "keyside requests" lists them',
  loosening_request_unwritable:
    'this cannot be written into policy.yaml as it is: edit it by hand, then run "keyside policy accept" and drop the request',
  loosening_accepted: 'accepted at the device',
  loosening_dropped: 'dropped at the device: nothing changes',
  balance_unknown: 'the exchange did not say what you have: ask again in a moment',
  price_moved:
    'the price has left the order that was approved: nothing was sent, wait for the next signal',
  approval_unknown: 'no order waits for this answer: look at /orders for what became of it',
  approval_late:
    'the answer came after the order had expired: nothing was sent, answer the next one sooner',
  approval_replaced:
    'the order on this card was replaced by another and nothing was sent: answer the new card',
  approval_reduced: 'you wanted less: a smaller order is asked about on a new card',
  approval_not_less:
    'that comes to no smaller order than the one on the card, so nothing was changed: name less, or answer the card as it is',
  approval_withdrawn: 'no entries are taken now, so the question is withdrawn: nothing was sent',
  approval_expired:
    'nobody answered in time: nothing was sent, raise approval_timeout at the device for more time',
  approval_code_needed:
    'an order of this size needs the code from your authenticator: press Approve again and send it',
  approval_code_wrong:
    'that code is wrong: press Approve again and send the one your authenticator shows now',
  approval_code_used:
    'that code was used already: wait until your authenticator shows the next one, then press Approve again',
  approval_code_locked:
    'five codes were wrong within an hour, so none is taken until the hour is over: if it was not you, /halt and look who else can write to the bot',
  approval_code_unset:
    'an order of this size needs a code and this device has no authenticator: run "keyside code add" and start the executor again',
  approval_declined: 'you declined it: nothing was sent',
  halted_at_terminal_only: 'trading is halted: it is resumed at the device with "keyside unhalt"',
  pause_unknown: 'no stream and no market has that name, so nothing was changed',
  pause_ambiguous: 'that names more than one, so nothing was changed: write it in full',
  pause_past: 'that moment is over already, so nothing was changed: name a later one',
  pause_none: 'that is not paused, so nothing was changed: look at /status for what is',
  pause_over: 'the pause is over, and entries are taken again',
  nothing_held: 'you hold nothing that this device has bought, so nothing was done',
  position_unknown: 'you hold nothing of that name, so nothing was done',
  position_ambiguous: 'that names more than one position, so nothing was done: name its stream',
  position_changed:
    'what you hold is not what you were shown any more, so nothing was done: ask again, and read the new question',
  close_under_way:
    'something of this position is being sold already, so nothing more was done: look at /orders, and ask again when it is over',
  part_waits:
    'a part is sold at once or not at all, and now it would have to wait, so nothing was done: ask again in a moment, or close all of it, which is tried until it is sold',
  stop_not_higher:
    'from here a stop only rises, so nothing was done: name a price above the present one',
  stop_below:
    'the signal would not move the stop up, and no signal moves it down: nothing was done',
  stop_above_price:
    'a stop at or above the price would sell at once, so nothing was done: name a lower price, or close the position',
  entry_canceled: 'you took this order back: nothing was sent',
  entry_over:
    'no entry like that can be taken back any more: look at /orders for what became of it',
  cancel_protects:
    'this order sells or protects what you hold, and nothing takes that away from here, so nothing was done',
  command_flood: 'too many commands in a minute: wait, or look who else can write to the bot',
  not_filled: 'the exchange found nobody within the price: what is not filled is canceled',
  taken_back: 'this device has taken the order off the book',
  stop_taken_off:
    'this device has taken the stop off the book, because the position is being sold: nothing is to be done',
  stop_replaced:
    'this device has taken the stop off the book, because another takes its place: nothing is to be done',
  canceled_elsewhere:
    'the order was canceled at the exchange and not by this device: look there if it was not you',
  fills_missing:
    'an order is over, and the exchange has not listed all of its trades: it is asked again, and the position waits',
  order_unknown:
    'the exchange has not said what became of this order: the market stays closed until it does; look at the exchange yourself',
  order_vanished:
    'the exchange took this order and now says that there is none: look there, and run "keyside journal adjust" if it is gone',
  order_reappeared:
    'an order that was over is there again: its market takes no entries until you have looked at the exchange and run "keyside journal adjust"',
  unexpected_activity:
    'an order or a trade that this device has not made: if it was not you, delete the key at the exchange',
  unexpected_balance:
    'coins of the account came or went without an order of this device: if it was not you, delete the key at the exchange, and look there who is logged in',
  position_drift:
    'less is there than the positions say: what is there is sold and stands under stops, entries wait until the rest is back, or until you run "keyside journal adjust"',
  drift_over: 'all that the positions say is there again: entries are allowed',
  exchange_rate_limited:
    'too much was asked of the exchange and it wants a pause: nothing was sent; look what else uses it from this address',
  exchange_banned:
    'the exchange does not listen to this address for a while, because too much was asked: nothing can be bought or sold from here until then; look what else uses it from this address',
  exchange_back: 'the exchange answers again: what waited for it goes on',
  exchange_down:
    'the exchange has not answered for a minute: nothing of yours is open there, and nothing can be bought until it does; look at the connection of this device, and at the exchange',
  exchange_slow:
    'prices from the exchange are more than 5 s late for a minute: entries are refused and exits wait for a price, stops that it holds stay; look at the connection of this device, and at the exchange',
  exchange_quick: 'prices from the exchange come in time again: nothing is to be done',
  exchange_limited:
    'the exchange has wanted pauses for a minute, because too much is asked of it from this address: entries are refused meanwhile; look what else asks from there',
  exchange_listens: 'the exchange takes what is asked of it again: what waited for it goes on',
  exchange_awaited:
    'the exchange does not answer: until it does nothing can be bought, sold or protected from here; it is asked again and again, and then everything goes on by itself',
  exchange_unreachable:
    'the exchange does not answer, and something of yours is there: stops that it holds stay, and nothing else can be bought or sold from here; look at the connection, and at the exchange yourself',
  clock_right: 'the clock of this device is right again: nothing is to be done',
  account_unseen:
    'for three minutes the exchange has not answered what is there and open on the whole account: what somebody else does there is told late',
  account_watched: 'the exchange answers again what is there and open on the whole account',
  orders_unread:
    'the exchange lists open orders that this device cannot read, so whose they are is not known: look at the open orders there yourself, and at whether Keyside has a newer release',
  orders_read: 'each open order that the exchange lists can be read again',
  coins_borrowed:
    'the account owes coins: this device borrows none, so somebody else has; interest is taken until they are repaid at the exchange, and if it was not you, look there who is logged in',
  coins_repaid: 'the account owes nothing any more: nothing is to be done',
  account_may_borrow:
    'the account may borrow now: nothing is traded with borrowed money, so trading is halted; set it to spot trading without borrowing at the exchange, then run "keyside unhalt"',
  clock_off: 'the clock of this device is off: set it (NTP), at 2 s there are no more entries',
  order_not_placed: 'the exchange never saw this order',
  order_rejected: 'the exchange rejected the order',
  stop_failed:
    'a position has no stop at the exchange: it is tried again; look at the exchange and protect it yourself',
  exit_failed:
    'a position that is to be sold could not be: it is tried again; look at the exchange and sell it yourself',
  position_closing: 'a position is being sold, nothing is to be done',
  take_profit: 'the price has reached a take-profit, nothing is to be done',
  stop_moved: 'the stop was moved up, nothing is to be done',
  dust_written_off:
    'what is left is too little for any order: it stays in your account and is no position any more',
  stream_heard: 'the provider is heard again: entries are taken again',
  stream_lost:
    'no sign of life for ten minutes from a provider whose position you hold: the stop stays; sell it yourself if you want out',
  day_lost:
    'the most that may be lost in a day is lost: no entries until 00:00 UTC, stops and exits stay as they are',
  drawdown_reached:
    'the result has fallen too far below its best: trading is halted, look at what happened before you run "keyside unhalt"',
  report_unsendable:
    'something happened that no message can carry, so it is not told here: look at "keyside journal list" at the device, and report it',
  alerts_many:
    'its strategies say more than is told: of one stream 6 alerts a minute and 60 an hour, of the provider 30 and 300; the rest is left out',
  price_alerts_full: 'no more prices are watched, so this one is not: take one out with /alerts',
  price_alert_market_unknown:
    'the exchange does not list that market, so nothing was set: write it like ETH/USDT',
  price_alert_there:
    'the price is there already, so nothing was set: name another, or write "repeat" behind it to hear of the next time',
  price_alert_unanswered:
    'the exchange did not say whether it lists that market, so nothing was set: try again in a moment',
  price_alert_unknown: 'no price alert has that number, so nothing was changed: look at /alerts',
  price_alert_unseen:
    'its prices were not seen all the time, and what the exchange tells of it does not say whether one of your alerts was reached: look yourself; your alerts stay',
  refusals_many: 'more messages were refused than are told',
  provider_root_changed:
    'a provider has another root than the one of this name in the journal: follow it under another name with "keyside follow <link> --as NAME"',
  provider_name_taken:
    'another provider has this name on this device: choose a name with --as, if you did not expect the same one',
  provider_name_invalid: 'that cannot be the name of a provider: choose one with --as',
  provider_followed_as: 'this provider has another name on this device: follow it under that one',
  provider_plan_unknown:
    "the provider's keyset does not have the plan of the link: ask the provider for a new one",
  invitation_pairs:
    'this link pairs a bot with its device: use it with "keyside pair" where the bot runs',
  provider_damaged:
    'the folder of a provider is not what Keyside wrote: restore it from your backup, or follow the provider again',
  provider_key_missing:
    'the keychain has no key of this device for a provider: its signals are followed, and nothing can be asked of it; follow it again with a new link',
  bot_not_paired:
    'a bot speaks whose key this device does not obey: after "keyside pair bot", stop "keyside up" here and start it again; if you have paired none, pair yours anew, and the other is shut out',
  provider_unknown: 'no provider of that name is followed: look at "keyside providers list"',
  access_not_renewed:
    "a provider does not renew this device's access, or the subscription ends: ask the provider before it does",
  policy_missing:
    'there is no policy.yaml: write one as docs/policy.md shows, then run "keyside policy accept"',
  policy_waits:
    'the policy that you accepted allows more and is not in force yet: until its time has come the older one is, and then it follows by itself',
  policy_in_force: 'the policy that you accepted is in force now',
  policy_changed:
    'policy.yaml was changed: the accepted one stays in force until "keyside policy accept"',
  key_can_withdraw:
    'this exchange key may withdraw or transfer: make one that may only trade, then run "keyside keys add"',
  key_without_ip_list:
    'this exchange key works from any address: restrict it to yours at the exchange; docs/addresses.md says how one is kept',
  key_refused:
    'the exchange refuses the key of this device: look there at its IP list, its rights and its end; what is open stays open, and nothing can be bought or sold from here',
  address_changed:
    'the public address of this device is another than before: put it on the IP list of the key, and take the old one off; docs/addresses.md says how one is kept',
  key_old:
    'this exchange key is older than 90 days: make a new one, then run "keyside keys rotate"',
  key_ages:
    'this exchange key is getting old, and from 90 days on it should be replaced: make a new one when it suits you, then run "keyside keys rotate"',
  key_in_order:
    'something that was told of the exchange key is in order now: nothing is to be done about that',
  key_rights_changed:
    'what the exchange key may do was changed at the exchange: if that was not you, delete the key there and look who else can sign in',
  limit_near:
    'more than 80 % of this limit of your policy is used: when it is used up there are no more entries, and exits go on; nothing is to be done, unless you did not expect it',
  limit_free: 'less than 70 % of this limit of your policy is used again: nothing is to be done',
  disk_low:
    'the disk of this device is nearly full: when it is, the journal cannot be written and nothing is traded any more; make room',
  disk_room: 'the disk of this device has room again: nothing is to be done',
  market_unpriced:
    'the exchange answers and tells no price of a market where you hold something: the stop that it holds stays, and all else that sells waits for a price; look at the exchange, and sell it yourself if you want out',
  market_priced: 'a market where you hold something has a price again: nothing is to be done',
  price_unseen:
    'one of your price alerts is for a market without a price for ten minutes: look at the exchange whether it is still traded',
  price_seen: 'the market of one of your price alerts has a price again: nothing is to be done',
  key_expires:
    'this exchange key may not trade any more in less than two weeks: renew it at the exchange, or make a new one',
  key_unchecked:
    'what this exchange key may do cannot be checked in full: look at its rights, IP list and age at the exchange',
  exchange_key_missing: 'there is no exchange key for this account: run "keyside keys add"',
  account_changed:
    'the record of this account is of another one: put "exchange" back, and add the new account beside it (keyside accounts add)',
  journal_missing: 'there is no journal here yet: the executor makes one when it starts',
  journal_locked:
    'another program uses this journal: stop the executor first, or wait until the other keyside command is done',
  journal_failed:
    'the journal cannot be written: nothing is accepted until the disk has room and the executor is started again',
  journal_damaged: 'the journal is damaged: run "keyside journal verify"',
  journal_restored:
    'this journal is older than the last one here, or a part of it is missing: nothing is traded on it until you run "keyside journal adjust" at the device',
  journal_adjusted:
    'the journal was set to what the exchange has: positions and orders that it did not know are yours, and trading is halted until you run "keyside unhalt" at the device',
  home_moved:
    'this home was moved to another machine, and two machines never run one home: if the other one does not, run "keyside journal adjust" at this device',
  journal_newer: 'the journal was written by a newer Keyside: update this one',
  journal_older:
    'this journal was written by an older Keyside and cannot be read: close its positions with that one, move the file away and start again',
} as const

export type ExecutorCode = keyof typeof EXECUTOR_SENTENCES

export const EXECUTOR_CODES = Object.keys(EXECUTOR_SENTENCES) as readonly ExecutorCode[]

export function sentenceOf(code: string): string {
  return (EXECUTOR_SENTENCES as Record<string, string>)[code] ?? code
}
