// False messages from true ones: damaged texts, parts of two messages, and altered claims with every signature there is.
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import { headerSegment } from '../keyring.ts'
import type { SigningKey } from '../keys.ts'
import type { Kind } from '../kinds.ts'
import { signingKey } from '../node.ts'
import { signSegments } from '../vectors/forge.ts'
import { STRANGER, type VectorKey } from '../vectors/keys.ts'
import type { Draw } from './random.ts'

/** A message that is in order: one token, or several in lines; a link has neither kind nor signer. */
export interface Message {
  readonly text: string
  readonly kind?: Kind
  readonly signers?: readonly VectorKey[]
}

export interface Mutation {
  readonly text: string
  /** Whether whoever may sign has signed it: then it may be in order, too. */
  readonly genuine: boolean
}

const CHARACTERS = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  ...'.=+/ ,:;?&#%@[]{}"\\\n\r\t\u0000\u007f\u202e\ufeffé\ud800１',
]
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']
const VALUES = [
  ...[
    '0',
    '-1',
    '1.5',
    '1e400',
    '-0',
    '9007199254740993',
    '01',
    '0x1',
    'NaN',
    'null',
    'true',
    '""',
  ],
  ...['"__proto__"', '"constructor"', '"+"', '"#"', '"a/b"', '"\\u0000"', '"\\ud800"', '"\u202e"'],
  ...['{}', '[]', '[[[[[[[[]]]]]]]]', '{"a":1,"a":2}', '{"__proto__":{}}', `"${'x'.repeat(3000)}"`],
]
const LONG = 300_000
const WORDS = /"[^"]*"(?: *:)?|-?\d+(?:\.\d+)?|true|false|null|[{}[\],]/g

type Edit = (text: string, draw: Draw, other: string) => string

const replaced = (text: string, from: number, to: number, by: string) =>
  text.slice(0, from) + by + text.slice(to)

const EDITS: readonly Edit[] = [
  function flipBit(text, draw) {
    const at = draw.number(text.length)
    const flipped = text.charCodeAt(at) ^ (1 << draw.number(7))
    return replaced(text, at, at + 1, String.fromCharCode(flipped))
  },
  function replaceCharacter(text, draw) {
    const at = draw.number(text.length)
    return replaced(text, at, at + 1, draw.pick(CHARACTERS))
  },
  function insert(text, draw) {
    const at = draw.number(text.length + 1)
    const count = 1 + draw.number(8)
    return replaced(
      text,
      at,
      at,
      Array.from({ length: count }, () => draw.pick(CHARACTERS)).join(''),
    )
  },
  function remove(text, draw) {
    const at = draw.number(text.length)
    return replaced(text, at, at + 1 + draw.number(40), '')
  },
  function repeatPart(text, draw) {
    const at = draw.number(text.length)
    return replaced(text, at, at, text.slice(at, at + 1 + draw.number(200)))
  },
  function truncate(text, draw) {
    return text.slice(0, draw.number(text.length))
  },
  function changeCase(text, draw) {
    const at = draw.number(text.length)
    const letter = text.charAt(at)
    return replaced(
      text,
      at,
      at + 1,
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    )
  },
  function splice(text, draw, other) {
    return text.slice(0, draw.number(text.length)) + other.slice(draw.number(other.length))
  },
  function exchangeSegment(text, draw, other) {
    const segments = text.split(/([.\n?&=#])/)
    const others = other.split(/([.\n?&=#])/)
    return segments.with(2 * draw.number((segments.length + 1) / 2), draw.pick(others)).join('')
  },
  function reorderSegments(text, draw) {
    const segments = text.split(/([.\n?&=#])/)
    const [a, b] = [draw.number(segments.length), draw.number(segments.length)]
    return segments
      .with(a, segments[b] ?? '')
      .with(b, segments[a] ?? '')
      .join('')
  },
]

/** An altered message; `pool` are other messages to take parts from. Never one of the pool, nor the message itself. */
export function mutate(message: Message, pool: ReadonlySet<string>, draw: Draw): Mutation {
  for (;;) {
    const mutation = attempt(message, [...pool], draw)
    if (mutation.text !== message.text && !pool.has(mutation.text)) return mutation
  }
}

function attempt(message: Message, pool: readonly string[], draw: Draw): Mutation {
  if (draw.number(2000) === 0) return { text: message.text + 'A'.repeat(LONG), genuine: false }
  if (message.kind !== undefined && draw.number(2) === 0)
    return editClaims(message, message.kind, draw)
  let { text } = message
  for (let edits = 1 + draw.number(3); edits > 0 && text !== ''; edits -= 1)
    text = draw.pick(EDITS)(text, draw, draw.pick(pool))
  return { text, genuine: false }
}

/** The claims of a message altered, canonically written, and signed in one of four ways. */
function editClaims({ text, signers = [] }: Message, kind: Kind, draw: Draw): Mutation {
  const [header = '', payload = '', signature = ''] = (text.split('\n')[0] ?? '').split('.')
  const json = new TextDecoder().decode(decodeBase64url(payload) ?? new Uint8Array())
  const edited = encodeBase64url(new TextEncoder().encode(editJson(json, draw)))
  const signedBy = ({ key }: VectorKey, { seed, ...signer }: VectorKey) =>
    signSegments(headerSegment(key.kid, kind), edited, { ...signer, seed, key: fastKey(seed) })
  const way = draw.number(10)
  if (way < 4) return { text: `${header}.${edited}.${signature}`, genuine: false }
  if (way < 6)
    return { text: signers.map((each) => signedBy(each, STRANGER)).join('\n'), genuine: false }
  if (way < 8) return { text: signedBy(STRANGER, STRANGER), genuine: false }
  return { text: signers.map((each) => signedBy(each, each)).join('\n'), genuine: true }
}

/** The same with another letter or digit: still a word of its kind. */
function nearly(word: string, draw: Draw): string {
  const at = draw.number(word.length)
  if (/[0-9]/.test(word.charAt(at))) return replaced(word, at, at + 1, String(draw.number(10)))
  return /[a-z]/i.test(word.charAt(at)) ? replaced(word, at, at + 1, draw.pick(LETTERS)) : word
}

const fastKeys = new Map<Uint8Array, SigningKey>()

function fastKey(seed: Uint8Array): SigningKey {
  const key = fastKeys.get(seed) ?? signingKey(seed)
  fastKeys.set(seed, key)
  return key
}

/** One value of the text is replaced; rarely a name, a bracket or a comma. */
function editJson(json: string, draw: Draw): string {
  const words: readonly string[] = json.match(WORDS) ?? []
  let at = draw.number(words.length)
  while (!/^[-"\dtfn]/.test(words[at] ?? '') && draw.number(8) !== 0) at = draw.number(words.length)
  const word = words[at] ?? ''
  const changes = [() => draw.pick(words), () => draw.pick(VALUES), () => nearly(word, draw)]
  return words.with(at, draw.pick(changes)()).join('')
}
