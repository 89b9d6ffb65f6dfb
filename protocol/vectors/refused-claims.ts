// What a verifier must refuse although the signature fits: JSON that two readers read differently, and bad claims.
import type { VerifyCode } from '../codes.ts'
import * as good from './claims.ts'
import { bytes, signPayload } from './forge.ts'
import { BOT } from './keys.ts'
import type { Case } from './refused-jws.ts'

const { NOW } = good
const json = JSON.stringify
const text = json(good.entry)

const raw = (name: string, code: VerifyCode, payload: string | Uint8Array): Case => [
  name,
  code,
  signPayload(payload),
]
const claims = (name: string, code: VerifyCode, change: object, base: object = good.entry): Case =>
  raw(name, code, json({ ...base, ...change }))
const without = (name: keyof typeof good.entry): Case => {
  const { [name]: _left, ...rest } = good.entry
  return raw(`without-${name}`, 'claims_invalid', json(rest))
}
/** Puts raw text where the entry has its size value, quotes included. */
const amount = (name: string, code: VerifyCode, value: string): Case =>
  raw(`amount-${name}`, code, text.replace('"value":"10"', `"value":${value}`))
const market = (name: string, value: string): Case =>
  claims(`market-${name}`, 'claims_invalid', { market: value })
/** Adds a member at the end of the object. */
const plus = (member: string): string => `${text.slice(0, -1)},${member}}`

const syntax: Case[] = [
  raw('json-empty-array', 'claims_invalid', '[]'),
  raw('json-null', 'claims_invalid', 'null'),
  raw('json-string', 'claims_invalid', '"signal"'),
  raw('json-truncated', 'json_malformed', text.slice(0, -1)),
  raw('json-two-values', 'json_malformed', `${text}${text}`),
  raw('json-trailing-comma', 'json_malformed', `${text.slice(0, -1)},}`),
  raw('json-single-quotes', 'json_malformed', text.replaceAll('"', "'")),
  raw('json-comment', 'json_malformed', `${text}/* */`),
  raw('json-nan', 'json_malformed', plus('"x":NaN')),
  raw('json-infinity', 'json_malformed', plus('"x":Infinity')),
  raw('json-leading-zero', 'json_malformed', text.replace('"seq":7', '"seq":07')),
  raw('json-hex-number', 'json_malformed', text.replace('"seq":7', '"seq":0x7')),
  raw('json-plus-number', 'json_malformed', text.replace('"seq":7', '"seq":+7')),
  raw('json-byte-order-mark', 'json_malformed', `\ufeff${text}`),
  raw('json-overlong-utf8', 'json_malformed', insert(text, Uint8Array.of(0xc0, 0xaf))),
  raw('json-broken-utf8', 'json_malformed', insert(text, Uint8Array.of(0xff))),
  raw('json-raw-surrogate', 'json_malformed', insert(text, Uint8Array.of(0xed, 0xa0, 0x80))),
  raw('json-raw-newline-in-string', 'json_malformed', text.replace('ema(12)', 'ema\n(12)')),
  raw(
    'json-name-twice-amount',
    'json_duplicate_name',
    text.replace('"value":"10"', '"value":"10","value":"100"'),
  ),
  raw('json-name-twice-stop', 'json_duplicate_name', plus('"stopPrice":"1"')),
  raw('json-name-twice-seq', 'json_duplicate_name', plus('"seq":8')),
  raw('json-name-twice-by-escape', 'json_duplicate_name', plus('"s\\u0065q":8')),
  raw('json-proto', 'json_forbidden_name', plus('"__proto__":{"seq":9}')),
  raw('json-proto-by-escape', 'json_forbidden_name', plus('"\\u005f_proto__":{}')),
  raw('json-constructor', 'json_forbidden_name', plus('"constructor":{"prototype":{}}')),
  raw('json-prototype', 'json_forbidden_name', plus('"prototype":{}')),
  raw(
    'json-100-names',
    'json_forbidden_name',
    plus(Array.from({ length: 100 }, (_, at) => `"a${at}":0`).join()),
  ),
  raw('json-deep-10', 'json_too_deep', plus(`"x":${'['.repeat(10)}${']'.repeat(10)}`)),
  raw('json-deep-1000', 'json_too_deep', plus(`"x":${'['.repeat(1000)}${']'.repeat(1000)}`)),
  claims('approval-less-without-value', 'claims_invalid', { answer: 'less' }, good.approval),
  claims('approval-value-without-less', 'claims_invalid', { value: '5' }, good.approval),
  claims('approval-less-of-nothing', 'claims_invalid', { value: '0' }, good.less),
  claims('unknown-name-tostring', 'claims_invalid', { toString: 'x' }),
  claims('unknown-name-params', 'claims_invalid', { params: { quantity: '999999' } }),
  claims('unknown-name-leverage', 'claims_invalid', { leverage: 10 }),
  claims('unknown-name-nested', 'claims_invalid', {
    size: { unit: 'percent', value: '10', max: '20' },
  }),
]

function insert(json: string, wrong: Uint8Array): Uint8Array {
  const at = json.indexOf('ema(12)')
  return Uint8Array.from([...bytes(json.slice(0, at)), ...wrong, ...bytes(json.slice(at))])
}

const times: Case[] = [
  without('exp'),
  without('iat'),
  claims('exp-string', 'claims_invalid', { exp: String(good.entry.exp) }),
  claims('iat-negative', 'claims_invalid', { iat: -1 }),
  claims('exp-1e20', 'claims_invalid', { exp: 1e20 }),
  raw('exp-1e400', 'claims_invalid', text.replace(`"exp":${good.entry.exp}`, '"exp":1e400')),
  claims('times-in-milliseconds', 'claims_invalid', {
    iat: (NOW - 1) * 1000,
    exp: (NOW + 29) * 1000,
  }),
  claims('iat-after-exp', 'life_too_long', { iat: NOW, exp: NOW - 1 }),
  claims('iat-equals-exp', 'life_too_long', { iat: NOW, exp: NOW }),
  claims('exp-is-now', 'expired', { exp: NOW }),
  claims('exp-passed', 'expired', { iat: NOW - 40, exp: NOW - 10 }),
  claims('iat-in-future', 'issued_in_future', { iat: NOW + 6, exp: NOW + 30 }),
  claims('entry-lives-61-s', 'life_too_long', { iat: NOW - 1, exp: NOW + 60 }),
  claims('exit-lives-601-s', 'life_too_long', { iat: NOW - 1, exp: NOW + 600 }, good.exit),
  claims('stop-lives-601-s', 'life_too_long', { iat: NOW - 1, exp: NOW + 600 }, good.movedStop),
  claims('until-before-iat', 'claims_invalid', { validUntil: NOW - 10 }),
]

const parties: Case[] = [
  claims('iss-other', 'issuer_mismatch', { iss: 'bot' }),
  claims('iss-upper-case', 'claims_invalid', { iss: 'Engine' }),
  claims('aud-other', 'claims_invalid', { aud: 'everyone' }),
  claims('aud-array', 'claims_invalid', { aud: ['executors'] }),
  claims('plan-other', 'topic_mismatch', { plan: 'reversion' }),
  claims('plan-wildcard', 'claims_invalid', { plan: '+' }),
  claims('plan-with-level', 'claims_invalid', { plan: 'trend/fast' }),
  without('plan'),
  claims('sub-wildcard', 'claims_invalid', { sub: '+' }),
  claims('sub-with-level', 'claims_invalid', { sub: 'ema/cross' }),
  claims('jti-short', 'claims_invalid', { jti: 'AAEC' }),
  claims('jti-not-canonical', 'claims_invalid', { jti: 'AAECAwQFBgcICQoLDA0ODx' }),
  claims('prev-short', 'claims_invalid', { prev: 'AA' }),
  without('prev'),
  without('jti'),
  claims('seq-zero', 'claims_invalid', { seq: 0 }),
  claims('seq-negative', 'claims_invalid', { seq: -1 }),
  claims('seq-fraction', 'claims_invalid', { seq: 1.5 }),
  claims('seq-2-to-53', 'claims_invalid', { seq: 2 ** 53 }),
  claims('seq-string', 'claims_invalid', { seq: '7' }),
]

const amounts: Case[] = [
  amount('number', 'claims_invalid', '10'),
  amount('number-1e400', 'claims_invalid', '1e400'),
  amount('number-minus-zero', 'claims_invalid', '-0'),
  amount('null', 'claims_invalid', 'null'),
  amount('true', 'claims_invalid', 'true'),
  amount('array', 'claims_invalid', '["10"]'),
  amount('empty', 'claims_invalid', '""'),
  amount('zero', 'claims_invalid', '"0"'),
  amount('zero-point-zero', 'claims_invalid', '"0.000"'),
  amount('negative', 'claims_invalid', '"-10"'),
  amount('plus', 'claims_invalid', '"+10"'),
  amount('space', 'claims_invalid', '" 10"'),
  amount('newline-at-end', 'claims_invalid', '"10\\n"'),
  amount('exponent', 'claims_invalid', '"1e3"'),
  amount('hex', 'claims_invalid', '"0x10"'),
  amount('underscore', 'claims_invalid', '"1_000"'),
  amount('comma', 'claims_invalid', '"1,5"'),
  amount('full-width', 'claims_invalid', '"１２３"'),
  amount('leading-zero', 'claims_invalid', '"010"'),
  amount('point-first', 'claims_invalid', '".5"'),
  amount('point-last', 'claims_invalid', '"5."'),
  amount('13-places', 'claims_invalid', '"0.1234567890123"'),
  amount('13-digits', 'claims_invalid', '"1234567890123"'),
  amount('nan', 'claims_invalid', '"NaN"'),
  amount('infinity', 'claims_invalid', '"Infinity"'),
]

const markets: Case[] = [
  market('cyrillic-letter', 'B\u0422C/USDT'),
  market('right-to-left', '\u202eBTC/USDT'),
  market('zero-width', 'BTC\u200b/USDT'),
  market('full-width', 'ＢＴＣ/USDT'),
  market('lower-case', 'btc/usdt'),
  market('exchange-id', 'BTCUSDT'),
  market('space-at-end', 'BTC/USDT '),
  market('newline-at-end', 'BTC/USDT\n'),
  market('query', 'BTCUSDT&side=SELL'),
  market('path', '../BTC/USDT'),
]

const movedStop = (name: string, change: object): Case =>
  claims(`stop-${name}`, 'claims_invalid', change, good.movedStop)

const orders: Case[] = [
  claims('side-upper-case', 'claims_invalid', { side: 'BUY' }),
  claims('side-hold', 'claims_invalid', { side: 'hold' }),
  claims('side-with-space', 'claims_invalid', { side: 'buy ' }),
  claims('type-unknown', 'claims_invalid', { type: 'stop_market' }),
  claims('market-with-limit', 'claims_invalid', { limitPrice: '65000' }),
  claims('limit-without-limit', 'claims_invalid', { type: 'limit' }),
  claims('limit-zero', 'claims_invalid', { type: 'limit', limit: '0' }),
  claims('kind-unknown', 'claims_invalid', { kind: 'cancel' }),
  movedStop('without-a-price', { stopPrice: undefined }),
  movedStop('at-the-price', { stopPrice: good.movedStop.referencePrice }),
  movedStop('at-no-decimal', { stopPrice: 'lower' }),
  movedStop('below-no-decimal', { referencePrice: 'market' }),
  movedStop('that-buys', { side: 'buy' }),
  movedStop('of-a-part', { size: { unit: 'percent', value: '50' } }),
  movedStop('of-an-amount', { size: { unit: 'base', value: '100' } }),
  movedStop('with-a-limit', { type: 'limit', limitPrice: '64000' }),
  movedStop('with-a-trail', { trailingStop: { percent: '1' } }),
  claims('size-unit-unknown', 'claims_invalid', { size: { unit: 'lots', value: '1' } }),
  claims('take-empty', 'claims_invalid', { takeProfits: [] }),
  claims('take-six-steps', 'claims_invalid', {
    takeProfits: Array(6).fill({ price: '1', percent: '10' }),
  }),
  claims('take-101-percent', 'claims_invalid', {
    takeProfits: [{ price: '66000', percent: '101' }],
  }),
  claims('take-after-zero', 'claims_invalid', {
    takeProfits: [{ price: '66000', percent: '10', after: 0 }],
  }),
  claims('take-after-fraction', 'claims_invalid', {
    takeProfits: [{ price: '66000', percent: '10', after: 1.5 }],
  }),
  claims('trail-a-string', 'claims_invalid', { trailingStop: '1.5' }),
  claims('trail-100-percent', 'claims_invalid', { trailingStop: { percent: '100' } }),
  claims('trail-from-zero', 'claims_invalid', { trailingStop: { percent: '1', from: '0' } }),
  claims('trail-atr', 'claims_invalid', { trailingStop: { percent: '1', atr: '2' } }),
  claims('ext-513-characters', 'claims_invalid', { ext: { a: 'x'.repeat(512) } }),
  claims('ext-number', 'claims_invalid', { ext: { confidence: 0.7 } }),
  claims('ext-nested', 'claims_invalid', { ext: { size: { unit: 'percent' } } }),
  claims('ext-a-string', 'claims_invalid', { ext: 'leverage=10' }),
  claims('ext-inside-size', 'claims_invalid', {
    size: { unit: 'percent', value: '10', ext: { max: '20' } },
  }),
  raw('ext-proto', 'json_forbidden_name', plus('"ext":{"__proto__":"x"}')),
  [
    'head-with-ext',
    'claims_invalid',
    signPayload(json({ ...good.head, ext: { a: 'b' } }), 'head'),
    'head',
  ],
  claims('even-zero', 'claims_invalid', { breakEven: '0' }),
  claims('hold-zero', 'claims_invalid', { maxHold: 0 }),
  claims('hold-fraction', 'claims_invalid', { maxHold: 1.5 }),
  claims('hold-string', 'claims_invalid', { maxHold: '60' }),
  claims('timeframe-unknown', 'claims_invalid', { candle: { timeframe: '1x', start: NOW } }),
  claims('reason-with-newline', 'claims_invalid', { reason: 'a\nb' }),
  claims('reason-with-nul', 'claims_invalid', { reason: 'a\u0000b' }),
  claims('reason-right-to-left', 'claims_invalid', { reason: 'a\u202eb' }),
  claims('reason-lone-surrogate', 'claims_invalid', { reason: 'a\ud800b' }),
  claims('reason-201-characters', 'claims_invalid', { reason: 'x'.repeat(201) }),
]

const head = (name: string, code: VerifyCode, change: object): Case => [
  `head-${name}`,
  code,
  signPayload(json({ ...good.head, ...change }), 'head'),
  'head',
]
const row = good.emaCross
const rows = (count: number) =>
  Array.from({ length: count }, (_, nth) => [`s${nth}`, ...row.slice(1)])

const heads: Case[] = [
  head('other-plan', 'topic_mismatch', { sub: 'reversion' }),
  head('other-provider', 'issuer_mismatch', { iss: 'acme' }),
  head('65-streams', 'claims_invalid', { streams: rows(65) }),
  head('stream-twice', 'claims_invalid', { streams: [row, row] }),
  head('row-short', 'claims_invalid', { streams: [row.slice(0, 5)] }),
  head('row-long', 'claims_invalid', { streams: [[...row, 0]] }),
  head('row-position', 'claims_invalid', { streams: [row.with(3, 'short')] }),
  head('row-seq-negative', 'claims_invalid', { streams: [row.with(1, -1)] }),
  head('row-with-provider', 'claims_invalid', { streams: [row.with(0, 'home/ema-cross')] }),
  head('lives-46-s', 'life_too_long', { exp: good.head.iat + 46 }),
  head('over-the-cap', 'token_too_large', {
    streams: [...good.fullHead.streams, ...good.fullHead.streams],
  }),
]

const presence = (name: string, code: VerifyCode, change: object): Case => [
  `presence-${name}`,
  code,
  signPayload(json({ ...good.presence, ...change }), 'presence'),
  'presence',
]
const { versions: _versions, ...withoutVersions } = good.presence

const presences: Case[] = [
  [
    'presence-without-versions',
    'claims_invalid',
    signPayload(json(withoutVersions), 'presence'),
    'presence',
  ],
  presence('no-version', 'claims_invalid', { versions: [] }),
  presence('version-zero', 'claims_invalid', { versions: [0] }),
  presence('version-twice', 'claims_invalid', { versions: [1, 1] }),
  presence('of-another-client', 'topic_mismatch', { sub: 'engine-2' }),
  presence('at-another-broker', 'audience_mismatch', { aud: 'acme' }),
  presence('journal-for-a-provider', 'claims_invalid', {
    aud: 'acme',
    journal: good.devicePresence.journal,
  }),
  presence('with-ext', 'claims_invalid', { ext: { a: 'b' } }),
]

const command = (name: string, instruction: object): Case => [
  `command-${name}`,
  'claims_invalid',
  signPayload(json({ ...good.command, instruction }), 'command', BOT),
  'command',
]
const { instruction: close } = good.closeAsShown
const { instruction: stop } = good.raiseStop

const commands: Case[] = [
  command('close-more-than-all', { ...close, percent: 101 }),
  command('close-nothing', { ...close, percent: 0 }),
  command('close-part-of-a-percent', { ...close, percent: 0.5 }),
  command('close-without-a-percent', { do: 'close', what: 'btc' }),
  command('close-shown-cut-short', { ...close, shown: 'AAAA' }),
  command('protect-all', { do: 'protect', to: { unit: 'entry' } }),
  command('protect-down', { ...stop, to: { unit: 'price', value: '-1' } }),
  command('protect-entry-with-a-value', { ...stop, to: { unit: 'entry', value: '1' } }),
  command('cancel-by-name', { do: 'cancel', order: 'btc' }),
]

export const REFUSED_CLAIMS: readonly Case[] = [
  ...commands,
  ...presences,
  ...heads,
  ...syntax,
  ...times,
  ...parties,
  ...amounts,
  ...markets,
  ...orders,
]
