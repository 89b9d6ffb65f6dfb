// What trading can cost, as everybody reads it who begins: at init and follow, in the bot's first message,
// in the README and in docs/why.md. A test holds them all to these.
export const RISK =
  'Trading can lose all the money that it is given, and nothing here promises a gain. Keyside holds what a signal may do within the policy of your device; a price that leaps over a stop costs more than the policy says. Begin on paper, and then with what you can do without.'
