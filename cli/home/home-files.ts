// Where init puts what each program needs: a folder of its own, which no other program opens. Relative to KEYSIDE_HOME.

export const FILES = {
  authorityKey: 'authority/authority.key',
  engineKey: 'engine/engine.key',
  /** Of a provider: who may ask the engine, and for what. */
  subscribers: 'engine/subscribers.json',
  /** Of a provider: who is invited, and whose tokens no longer count. */
  accessList: 'broker/access.json',
  botKey: 'bot/bot.key',
  telegramToken: 'bot/telegram.token',
  /** The sandbox's own API key and bot token. */
  sandbox: 'sandbox/sandbox.json',
  /** By it the sandbox proves to the executor of this home that no real money is behind it. */
  sandboxSecret: 'executor/sandbox.secret',
} as const

/** The access token of each program of a home, by its client id at the home's broker. */
export const TOKENS = {
  engine: 'engine/engine.token',
  authority: 'authority/authority.token',
  'device-signals': 'executor/device-signals.token',
  device: 'executor/device.token',
  bot: 'bot/bot.token',
} as const

/** Of a provider, beside these; as the section `authority` has them where config.yaml says nothing else. */
export const PROVIDER_FILES = {
  root: 'authority/root.vault',
  answerKey: 'authority/answer.key',
  keyset: 'authority/keyset.txt',
  record: 'authority/authority.db',
  recordLog: 'authority/authority.db-wal',
  recordIndex: 'authority/authority.db-shm',
  certificate: 'broker/tls.crt',
  certificateKey: 'broker/tls.key',
} as const

/** What the making of a home may write before config.yaml; beside it vaults, strategies and what is of a provider alone. */
export const MADE_FILES = [...Object.values(FILES), ...Object.values(TOKENS), 'policy.yaml']

export type Client = keyof typeof TOKENS
