// The policy a trader starts from.

export const DEFAULT_POLICY = `# What a signal may do with your money at most. Only this device can change it.
# After a change: keyside policy check, then keyside policy accept.
version: 1

# The currency you pay with. Every amount below is in it, every market must end in it.
currency: USDT

# Nothing else is ever bought.
markets: [BTC/USDT, ETH/USDT]

# Who may trade, and the most it may have in the market at one time.
streams:
  home/ema-cross: { allocation: 1000 }
  # home/rsi-reversion: { allocation: 500 }

limits:
  order: 500            # the most one entry may cost
  position: 1000        # the most that may be in one market at one time
  hour: 1000            # the most all entries of an hour may cost
  day: 2000             # the most all entries of a day (00:00 to 24:00 UTC) may cost
  orders_per_minute: 6  # entries are refused above these
  orders_per_day: 60
  round_trips: 10       # in one market, a day
  day_loss: 100         # once so much is lost there are no entries until 00:00 UTC
  drawdown: 300         # once the result is so far below its best, trading halts

# How far from the exchange's own price an order may go.
collar: 0.5 %           # entries
exit_collar: 2 %        # exits and stops: getting out matters more than the price

# Thin markets can be manipulated.
spread: 0.1 %           # the most between bid and ask
liquidity: { volume: 50000000, depth: 20 }  # turnover of 24 h; offers within the collar, in times of the order

# Every entry brings a stop, at most so far below its price. "optional" where the strategy has none.
max_stop_distance: 3 %

# A signal older than this is not followed (without approval).
max_signal_age: 10s

# When to ask you first: always, never, or for example: above 200
approval: always
approval_timeout: 1h     # an unanswered question ends after this, or sooner if the signal says so
code_above: never       # or an amount: above it an approval needs a code, see keyside code --help
# What is asked about in any case: a slip, or a runaway strategy. "never" for the times.
fat_finger: 5         # this many times the stream's usual order
duplicate_window: 60s      # the same order again, from another signal
reentry_cooldown: 5m      # buying in a market so soon after selling there

# Sell what a stream holds when its provider has been silent for so long: never, or a time such as 60m
close_on_silence: never

# Once real money was allowed (real_money: yes), a change that allows more counts only so long after it was accepted.
loosening_delay: 24h

# Whether a real exchange may be used. The sandbox, once it has proved to be one, always may.
real_money: no
# A real exchange that has not shown to this device what an order relies on (keyside venue prove): ask about each entry, or accept
unproved_venue: ask
`
