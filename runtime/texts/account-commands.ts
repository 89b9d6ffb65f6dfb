// Commands in sentences, for one account of several. Who writes a sentence knows no accounts; who shows it names the account
// in each command that has to be told of one, so that it can be typed as it stands.

/** Those that take --account, each with the words that belong to it: the option comes behind them. */
export const ACCOUNT_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  doctor: [],
  keys: ['add', 'list', 'check', 'rotate', 'calendar', 'remove'],
  code: ['add', 'check', 'remove'],
  policy: ['show', 'check', 'bound', 'accept'],
  requests: ['list', 'accept', 'drop'],
  journal: ['list', 'show', 'verify', 'export', 'adjust'],
  explain: [],
  trades: ['list', 'export'],
  paper: ['reset'],
  venue: ['list', 'prove'],
  follow: [],
  providers: ['list', 'remove'],
  halt: [],
  unhalt: [],
  health: [],
}

const COMMAND = new RegExp(
  `\\bkeyside (?:${Object.entries(ACCOUNT_COMMANDS)
    .map(([name, words]) => (words.length === 0 ? name : `${name}(?: (?:${words.join('|')}))?`))
    .join('|')})\\b(?![^"<\\n]* --account)`,
  'g',
)

/** `account`: null where a home has one alone, and nothing has to be named. */
export function commandsFor(account: string | null, text: string): string {
  if (account === null) return text
  return text.replace(COMMAND, (command) => `${command} --account ${account}`)
}
