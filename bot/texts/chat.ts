// The bot's own texts: greeting, help, and replies to commands.
import { RISK } from '@keyside/runtime'
import { clip, type Html, html, lines } from './html.ts'
import { reasonText } from './reason.ts'

/** The list that Telegram shows behind "/". */
export const COMMANDS = [
  { command: 'status', description: 'How trading stands' },
  { command: 'waiting', description: 'What waits for your word, and all of it at once' },
  { command: 'positions', description: 'What you hold, gain and stop' },
  { command: 'balance', description: 'What is on the exchange' },
  { command: 'orders', description: 'The last orders' },
  { command: 'explain', description: 'Why no trade: the whole way of the newest signal' },
  { command: 'profit', description: 'What sales have brought' },
  { command: 'daily', description: 'The same, day by day; also /weekly and /monthly' },
  { command: 'performance', description: 'By market; "/performance stream" or "reason"' },
  { command: 'limits', description: 'What is allowed and used; lower it: "/limits day 500"' },
  { command: 'confirm', description: 'When to ask you: "/confirm always", "above 100"' },
  { command: 'streams', description: 'Each stream: used, heard, record, pause' },
  { command: 'summary', description: 'The last 24 hours in short' },
  { command: 'trades', description: 'The last sales, each with its result' },
  { command: 'trade', description: 'One sale in full: "/trade 41"' },
  { command: 'fees', description: 'What exchanges have taken' },
  { command: 'strategies', description: 'Your own, with their record; send a rule to try it' },
  { command: 'strategy', description: 'One of them: "/strategy mine"; "/strategy mine stop"' },
  {
    command: 'alert',
    description: 'Tell me a price: "/alert eth above 3000", "/alert btc 5% 1h repeat"',
  },
  { command: 'alerts', description: 'Your price alerts, and buttons to take them out' },
  {
    command: 'pause',
    description: 'No new entries, exits go on; "/pause eth 2h", "/pause demo until 08:00"',
  },
  { command: 'resume', description: 'Let entries through again; "/resume eth"' },
  { command: 'close', description: 'Sell a position: "/close eth", "/close eth half", "30%"' },
  { command: 'closeall', description: 'Sell all that is held, without a halt' },
  { command: 'protect', description: 'Move a stop up: "/protect eth 2950" or "3%"' },
  { command: 'breakeven', description: 'Move a stop up to what you paid: "/breakeven eth"' },
  { command: 'cancel', description: 'Take an entry back that waits; "/cancel 2"' },
  {
    command: 'halt',
    description: 'No more entries until you are at the device; "/halt sell" also sells',
  },
  { command: 'settings', description: 'Time zone, numbers, quiet hours, what rings' },
  { command: 'help', description: 'What all this means' },
] as const

export const claimed = lines(
  html`🔑 <b>This bot is yours now.</b> It answers nobody else.`,
  html`Orders that need your word appear here as cards. /help shows what you can ask.`,
  '',
  html`⚠️ ${RISK}`,
)

/** Plain: it is sent when nothing can be stored. */
export function unwritable(why: string): string {
  return `🔴 I cannot keep what you ask: ${why}. A /halt and a /pause are passed on to the device at once; I can answer nothing until this is mended: send anything else again then. Stops stay at the exchange.`
}

export const greeting = html`Hello again. /help shows what you can ask.`

export const help = lines(
  ...COMMANDS.map(({ command, description }) => html`/${command} – ${description}`),
  '',
  html`One tap on /halt halts at once, without a question, and only your device undoes it: <code>keyside unhalt</code>. /stop is the same, and so is any message that begins with halt or stop, also one that you edit into it within a minute.`,
  html`From here you can only make trading safer, or say yes to an order that your own limits allow. Limits are lowered here or there, and raised at your device alone.`,
)

export const notAHalt = html`I read no command in this, and <b>nothing is halted</b>. /halt halts all trading at once.`

export const editedCommand = html`I do not follow edited commands, a halt aside. Send it as a new message.`

export const editedHaltTooOld = html`You edited this into a halt more than a minute before I saw it, so <b>nothing is halted</b>. /halt halts all trading at once.`

/** Below the reply to a halt with extra words. */
export const ignoredWords = (words: string): Html =>
  html`I did nothing about “${clip(words, 60)}”. <code>/halt sell</code>, and no other word, also sells what is held.`

export const tooOld = html`You sent this while I was away, so I have not done it. Send it again if you still want it.`

export const pauseUnread = html`I did not understand that, so <b>nothing is paused</b>. /pause stops all new entries; <code>/pause 2h</code>, <code>/pause until 08:00</code> (in your time zone, see /settings), <code>/pause eth</code>, <code>/pause eth/usdt 30m</code> and <code>/pause demo 3d</code> those for a time, of a market, or of a stream.`

export const resumeUnread = html`I did not understand that, so nothing has changed. /resume ends all pauses, <code>/resume eth</code> that one.`

export const pauseOver = html`That time is over already, so <b>nothing is paused</b>.`

export const halted = html`⏹ <b>Halted:</b> no new entries, and those still open are canceled. Exits and stops go on. Only the device itself can undo it: <code>keyside unhalt</code>`

export const haltedAndSelling = html`⏹ <b>Halted, and selling:</b> no new entries, those still open are canceled, and everything that is held is sold. Only the device itself can undo it: <code>keyside unhalt</code>`

export const anotherHalted = html`⏹ <b>Another program with this device's name has halted too.</b> It has sold nothing. Two copies of one home trade with one account: stop one of them.`

export const anotherUnconfirmed = html`⚠️ <b>Another program with this device's name has not confirmed the halt.</b> It is sent again whenever that one is heard. Look where else this home is in use, and stop it there: <code>keyside halt</code>`

/** Trouble with the link between the bot and the device. */
export const brokerTrouble = (code: string, message: string): Html =>
  lines(html`🔴 <b>I cannot hear your device.</b>`, reasonText(code, message))

export const haltUnconfirmed = html`⚠️ <b>Your device has not confirmed the halt.</b> Send /halt again, or halt at the device: <code>keyside halt</code>`

/** Above every message about a device: which one, where there are several, and that it trades on paper. */
export function headingOf({
  device,
  money,
}: {
  device: string | null
  money: 'paper' | 'not_paper'
}): Html | null {
  const paper = html`📝 <b>Paper</b>, no real money`
  if (device === null) return money === 'paper' ? paper : null
  const name = html`🖥 <b>${device}</b>`
  return money === 'paper' ? html`${name} · ${paper}` : name
}

export const unknownDevice = (names: readonly string[]): Html =>
  html`I know no device of that name, so I have not done it. There are: ${names.join(', ')}. Without a name a command goes to all.`
