// What a message asks for. Halts are recognized in any spelling that a hurried user may type.
import { visible } from '../texts/visible.ts'

export type ParsedMessage =
  | {
      readonly asks: 'halt'
      /** Only on exactly "halt sell": what is sold cannot be taken back. */
      readonly sells: boolean
      /** Words after it that are not acted on; empty when there are none. */
      readonly ignored: string
      /** The only device to halt; all of them where none is named or the message says anything else. */
      readonly device?: string
    }
  /** In lower case, without the slash and the bot's name. */
  | { readonly asks: 'command'; readonly name: string }
  /** `meantHalt`: the message has a halt in it, though not as its first word. */
  | { readonly asks: 'nothing'; readonly meantHalt: boolean }

/** Messages wait at Telegram while the bot is down: older ones are not acted on, except halts and pauses, ms. */
export const OLD_MS = 120_000

/** An address to the bot, a slash, a quotation mark or an emoji may stand before the first word. */
const FIRST_WORD = /^(?:\s*@\w+\s)?[^\p{L}\p{N}]*(\p{L}+)(?:@\w+)?(.*)$/su
const COMMAND = /^\s*\/\s?(\w+)/
const SELL = /^\s+sell[\s!.]*$/i
const ONE_DEVICE = /^\s+([a-z0-9-]+)(\s+sell)?[\s!.]*$/i

/** `names` of devices that can be halted alone. */
export function parseMessage(text: string, names: readonly string[] = []): ParsedMessage {
  // Full-width letters count as letters.
  const plain = visible(text.normalize('NFKC'))
  const [, first = '', rest = ''] = FIRST_WORD.exec(plain) ?? []
  if (isHalt(first)) return readNamedHalt(first, rest, names) ?? readHalt(first, rest)
  const name = COMMAND.exec(plain)?.[1]?.toLowerCase()
  if (name !== undefined) return { asks: 'command', name }
  return { asks: 'nothing', meantHalt: wordsOf(plain).some(isHalt) }
}

/** In lower case. */
export function wordsAfterCommand(text: string): readonly string[] {
  const [, words = ''] =
    /^\s*\/\s?\w+(?:@\w+)?\s+(.*)$/s.exec(visible(text.normalize('NFKC'))) ?? []
  return words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

function readNamedHalt(first: string, rest: string, names: readonly string[]) {
  const [, word = '', sell = ''] = ONE_DEVICE.exec(rest) ?? []
  const device = names.find((name) => name === word.toLowerCase())
  if (device === undefined) return null
  const said = readHalt(first, sell)
  return said.asks === 'halt' ? { ...said, device } : null
}

function readHalt(first: string, rest: string): ParsedMessage {
  // "Stop sell" may mean the opposite: it does not sell.
  const sells = SELL.test(rest) && !first.toLowerCase().startsWith('s')
  const isSaid = sells || wordsOf(rest).every(isHalt)
  return { asks: 'halt', sells, ignored: isSaid ? '' : rest.replace(/\s+/g, ' ').trim() }
}

/** A letter that was held down counts once: "STOPPP", "haaalt". */
function isHalt(word: string): boolean {
  const once = word.toLowerCase().replace(/(.)\1+/gu, '$1')
  return once === 'halt' || once === 'stop'
}

function wordsOf(text: string): string[] {
  return text.match(/\p{L}+/gu) ?? []
}
