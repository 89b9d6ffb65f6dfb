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
  ema-cross: { allotment: 1000 }
  # rsi-reversion: { allotment: 500 }

limits:
  order: 500            # the most one entry may cost
  day: 2000             # the most all entries of a day (00:00 to 24:00 UTC) may cost
  orders_per_minute: 6  # entries are refused above this

# How far from the exchange's own price an order may go.
collar: 0.5 %           # entries
exit_collar: 2 %        # exits and stops: getting out matters more than the price

# A signal older than this is not followed (without approval).
signal_age: 10s

# When to ask you first: always, never, or for example: above 200
approval: always
approval_within: 1h     # an unanswered question ends after this, or sooner if the signal says so
`
