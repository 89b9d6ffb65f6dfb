// Where init puts what each program needs: a folder of its own, which no other program opens. Relative to KEYSIDE_HOME.

export const FILES = {
  authorityKey: 'authority/authority.key',
  engineKey: 'engine/engine.key',
  botKey: 'bot/bot.key',
  telegramToken: 'bot/telegram.token',
  /** The sandbox's own API key and bot token. */
  sandbox: 'sandbox/sandbox.json',
  /** By it the sandbox proves to the executor of this home that no real money is behind it. */
  sandboxSecret: 'executor/sandbox.secret',
} as const

/** The access token of each client of the broker. */
export const TOKENS = {
  engine: 'engine/engine.token',
  'device-signals': 'executor/device-signals.token',
  device: 'executor/device.token',
  bot: 'bot/bot.token',
} as const
