// What is refused between a provider and its subscribers: keys outside what a keyset lets them sign, and bad claims.
import type { Keyset } from '../claims/keyset.ts'
import type { VerifyCode } from '../codes.ts'
import type { Claims, Kind } from '../kinds.ts'
import * as good from './claims.ts'
import { signHeader, signPayload } from './forge.ts'
import { PROGRAM, PROVIDER, STRANGER, SUBSCRIBER, type VectorKey } from './keys.ts'
import * as provider from './provider-claims.ts'
import type { Case } from './refused-jws.ts'

const { NOW } = good

/** A case whose keys are those of a keyset. */
export interface ScopedCase {
  readonly name: string
  readonly code: VerifyCode
  readonly kind: Kind
  readonly claims: object
  readonly keyset: Keyset
  readonly signer: VectorKey
}

const scoped = (
  name: string,
  code: VerifyCode,
  kind: Kind,
  claims: object,
  keyset: Keyset = provider.keyset,
  signer = PROVIDER,
): ScopedCase => ({ name, code, kind, claims, keyset, signer })

const signal = provider.ofProvider
const alert = provider.alertOfProvider
const { kid } = PROVIDER.key
const kindsOf = (...kinds: Keyset['keys'][number]['kinds']) => ({
  ...provider.keyset,
  keys: provider.keyset.keys.map((key) => ({ ...key, kinds })),
})

export const SCOPED_CASES: readonly ScopedCase[] = [
  scoped('key-revoked', 'key_revoked', 'signal', signal, provider.keyset, STRANGER),
  scoped('key-revoked-and-listed', 'key_revoked', 'signal', signal, {
    ...provider.keyset,
    revoked: [kid],
  }),
  scoped('key-past-its-end', 'key_expired', 'signal', signal, {
    ...provider.keyset,
    keys: provider.keyset.keys.map((key) => ({ ...key, until: NOW })),
  }),
  scoped(
    'key-of-another-kind-in-the-keyset',
    'header_not_pinned',
    'signal',
    signal,
    kindsOf('head'),
  ),
  scoped('signal-of-another-plan', 'key_out_of_scope', 'signal', { ...signal, plan: 'reversion' }),
  scoped('signal-of-no-plan', 'key_out_of_scope', 'signal', { ...signal, plan: 'secret' }),
  scoped('signal-of-another-market', 'key_out_of_scope', 'signal', {
    ...signal,
    market: 'ETH/USDT',
  }),
  scoped('signal-of-a-market-outside-the-plan', 'key_out_of_scope', 'signal', {
    ...signal,
    market: 'SOL/USDT',
  }),
  scoped('signal-where-the-plan-has-no-market', 'key_out_of_scope', 'signal', signal, {
    ...provider.keyset,
    plans: [{ plan: 'trend', about: 'nothing', markets: [] }],
  }),
  scoped('head-of-another-plan', 'key_out_of_scope', 'head', {
    ...good.head,
    iss: 'acme',
    sub: 'reversion',
  }),
  scoped('alert-by-a-revoked-key', 'key_revoked', 'alert', alert, provider.keyset, STRANGER),
  scoped(
    'alert-by-a-key-that-may-sign-signals-alone',
    'header_not_pinned',
    'alert',
    alert,
    kindsOf('signal', 'head'),
  ),
  scoped('alert-of-another-plan', 'key_out_of_scope', 'alert', { ...alert, plan: 'reversion' }),
  scoped('alert-of-another-market', 'key_out_of_scope', 'alert', { ...alert, market: 'ETH/USDT' }),
  scoped('catalogue-of-another-plan', 'key_out_of_scope', 'response', {
    ...provider.catalogue,
    answer: { ...provider.catalogue.answer, plan: 'reversion' },
  }),
  scoped('replay-of-another-plan', 'key_out_of_scope', 'response', {
    ...provider.replay,
    answer: { ...provider.replay.answer, plan: 'reversion' },
  }),
  scoped(
    'access-by-a-key-that-answers-no-enrolment',
    'key_out_of_scope',
    'response',
    provider.accessResponse,
    kindsOf('signal', 'head', 'response'),
  ),
  scoped('answer-with-another-plan', 'key_out_of_scope', 'answer', {
    ...provider.accepted,
    plans: ['trend', 'reversion'],
  }),
]

const bad =
  <Name extends Kind>(kind: Name, base: Claims[Name], signer: VectorKey) =>
  (name: string, code: VerifyCode, change: object): Case => [
    `${kind}-${name}`,
    code,
    signPayload(JSON.stringify({ ...base, ...change }), kind, signer),
    kind,
  ]
const request = bad('request', provider.replayRequest, SUBSCRIBER)
const response = bad('response', provider.replay, PROVIDER)
const answer = bad('answer', provider.accepted, PROVIDER)
const intent = bad('intent', provider.entryIntent, PROGRAM)
const exitIntent = bad('intent', provider.exitIntent, PROGRAM)
const result = bad('result', provider.intentAccepted, PROVIDER)
const alerted = bad('alert', provider.alertOfProvider, PROVIDER)
const replayed = (change: object) => ({ answer: { ...provider.replay.answer, ...change } })
const listed = (change: object) => ({
  answer: {
    do: 'catalogue',
    plan: 'trend',
    streams: [{ stream: 'a', market: 'BTC/USDT', timeframe: '1m', about: 'a', ...change }],
  },
})

const sign = (claims: object, kind: Kind) => signPayload(JSON.stringify(claims), kind, PROVIDER)

const intents: readonly Case[] = [
  [
    'intent-signed-as-a-signal',
    'header_not_pinned',
    signHeader(
      `{"alg":"Ed25519","kid":"${PROGRAM.key.kid}","typ":"keyside-signal+jwt"}`,
      provider.entryIntent,
      PROGRAM,
    ),
    'intent',
  ],
  [
    'intent-by-another-key',
    'header_not_pinned',
    signPayload(JSON.stringify(provider.entryIntent), 'intent', SUBSCRIBER),
    'intent',
  ],
  intent('of-another-program', 'issuer_mismatch', { iss: 'other-model' }),
  intent('for-another-provider', 'audience_mismatch', { aud: 'beta' }),
  intent('of-another-stream', 'topic_mismatch', { sub: 'ema-cross' }),
  intent('lives-31-s', 'life_too_long', { exp: NOW + 30 }),
  intent('expired', 'expired', { iat: NOW - 30, exp: NOW }),
  intent('of-the-future', 'issued_in_future', { iat: NOW + 6, exp: NOW + 30 }),
  intent('without-size', 'claims_invalid', { size: undefined }),
  intent('without-market', 'claims_invalid', { market: undefined }),
  intent('size-a-number', 'claims_invalid', { size: { unit: 'percent', value: 10 } }),
  intent('with-number', 'claims_invalid', { seq: 7 }),
  intent('valid-for-ever', 'claims_invalid', { validFor: 86_401 }),
  intent('with-ext', 'claims_invalid', { ext: { a: 'b' } }),
  exitIntent('exit-with-stop', 'claims_invalid', { stopPrice: '63700.5' }),
  exitIntent('exit-in-base', 'claims_invalid', { size: { unit: 'base', value: '1' } }),
  exitIntent('exit-of-101-percent', 'claims_invalid', { size: { unit: 'percent', value: '101' } }),
  result('for-another-program', 'audience_mismatch', { aud: 'other-model' }),
  result('of-another-stream', 'topic_mismatch', { sub: 'ema-cross' }),
  result('without-number', 'claims_invalid', {
    answer: { do: 'accepted', signal: good.entry.jti },
  }),
  result('lives-61-s', 'life_too_long', { exp: NOW + 60 }),
]

const alerts: readonly Case[] = [
  ['alert-with-the-claims-of-a-signal', 'claims_invalid', sign(signal, 'alert'), 'alert'],
  ['alert-signed-as-a-signal', 'claims_invalid', sign(alert, 'signal'), 'signal'],
  ['alert-where-signals-are-expected', 'kind_unexpected', sign(alert, 'alert'), 'signal'],
  alerted('of-another-provider', 'issuer_mismatch', { iss: 'beta' }),
  alerted('for-one-device', 'claims_invalid', { aud: 'device-7' }),
  alerted('on-the-topic-of-another-plan', 'topic_mismatch', { plan: 'swing' }),
  alerted('lives-601-s', 'life_too_long', { exp: NOW + 600 }),
  alerted('expired', 'expired', { iat: NOW - 600, exp: NOW }),
  alerted('of-the-future', 'issued_in_future', { iat: NOW + 6, exp: NOW + 30 }),
  alerted('with-number', 'claims_invalid', { seq: 7 }),
  alerted('with-side', 'claims_invalid', { side: 'buy' }),
  alerted('with-ext', 'claims_invalid', { ext: { a: 'b' } }),
  alerted('without-text', 'claims_invalid', { text: '' }),
  alerted('text-of-201', 'claims_invalid', { text: 'x'.repeat(201) }),
  alerted('text-two-lines', 'claims_invalid', { text: 'a\nb' }),
  alerted('text-look-alike', 'claims_invalid', { text: 'Trading is h\u0430lted' }),
  alerted('text-emoji', 'claims_invalid', { text: '\u{1f6d1} Trading is halted' }),
  alerted('name-upper-case', 'claims_invalid', { name: 'HOT' }),
  alerted('name-with-spaces', 'claims_invalid', { name: 'send your code' }),
  alerted('market-link', 'claims_invalid', { market: 'HTTPS://EVIL' }),
  alerted('price-a-number', 'claims_invalid', { price: 65000.12 }),
  alerted('price-zero', 'claims_invalid', { price: '0' }),
  alerted('without-candle', 'claims_invalid', { candle: undefined }),
]

export const REFUSED_PROVIDER: readonly Case[] = [
  ...intents,
  ...alerts,
  request('of-another', 'issuer_mismatch', { iss: 'device-8' }),
  request('for-another', 'audience_mismatch', { aud: 'beta' }),
  request('lives-61-s', 'life_too_long', { exp: NOW + 60 }),
  request('asks-nothing', 'claims_invalid', { ask: { do: 'nothing' } }),
  request('after-negative', 'claims_invalid', {
    ask: { ...provider.replayRequest.ask, after: -1 },
  }),
  request('stream-wildcard', 'claims_invalid', {
    ask: { ...provider.replayRequest.ask, stream: '+' },
  }),
  request('with-ext', 'claims_invalid', { ext: { a: 'b' } }),
  request('too-large', 'token_too_large', { pad: 'x'.repeat(8192) }),
  response('of-another', 'issuer_mismatch', { iss: 'beta' }),
  response('for-another', 'audience_mismatch', { aud: 'device-8' }),
  response('lives-61-s', 'life_too_long', { exp: NOW + 60 }),
  response('with-no-request', 'claims_invalid', { to: 'AA' }),
  response('with-a-text-for-a-token', 'claims_invalid', replayed({ tokens: ['a.b.c'] })),
  response('more-a-word', 'claims_invalid', replayed({ more: 'yes' })),
  response('about-two-lines', 'claims_invalid', listed({ about: 'a\nb' })),
  response('ext-inside', 'claims_invalid', listed({ ext: { a: 'b' } })),
  response(
    'over-the-cap',
    'token_too_large',
    replayed({ tokens: Array(64).fill('x'.repeat(400)) }),
  ),
  answer('for-another-key', 'audience_mismatch', { aud: STRANGER.key.kid }),
  answer('for-an-id', 'claims_invalid', { aud: 'device-7' }),
  answer('of-another-invitation', 'topic_mismatch', { invitation: 'alice-2' }),
  answer('accepted-and-refused', 'claims_invalid', {
    refused: { code: 'invitation_used', message: 'used' },
  }),
  answer('refused-for-another-reason', 'claims_invalid', {
    access: undefined,
    client: undefined,
    plans: undefined,
    until: undefined,
    refused: { code: 'claims_invalid', message: 'no' },
  }),
  answer('lives-61-s', 'life_too_long', { exp: NOW + 60 }),
  answer('with-ext', 'claims_invalid', { ext: { a: 'b' } }),
]
