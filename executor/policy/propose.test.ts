// What following a provider writes into policy.yaml: proposals, beside what the trader wrote.
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { difference } from '../core/risk/policy/difference.ts'
import { policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'
import { type OfferedStream, proposeStreams } from './propose.ts'

const offer = (change: Partial<OfferedStream> = {}): OfferedStream => {
  return {
    stream: 'acme/trend',
    market: 'SOL/USDT',
    timeframe: '1h',
    about: 'follows the trend',
    ...change,
  }
}

function policyOf(text: string) {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

test('writes a line for each stream and adds its market, and takes nothing away', () => {
  const { text, streams, markets, left } = proposeStreams(DEFAULT_POLICY, [offer()], 'acme')
  expect(streams).toHaveLength(1)
  expect(markets).toEqual(['SOL/USDT'])
  expect(left).toEqual([])
  expect(text).toContain('markets: [BTC/USDT, ETH/USDT, SOL/USDT]')
  expect(text).toContain(
    '  # acme\n  # SOL/USDT 1h: follows the trend\n  acme/trend: { allocation: 500, markets: [SOL/USDT] }\n',
  )
  const kept = text.split('\n').filter((line) => DEFAULT_POLICY.split('\n').includes(line))
  expect(kept).toHaveLength(DEFAULT_POLICY.split('\n').length - 1)
  const effects = difference(policyOf(DEFAULT_POLICY), policyOf(text)).map(({ effect }) => effect)
  expect(new Set(effects)).toEqual(new Set(['loosens']))
})

test('a proposal is another file than the accepted one, so it counts when it is accepted and not before', () => {
  const { text } = proposeStreams(DEFAULT_POLICY, [offer()], 'acme')
  expect(policyHash(text)).not.toBe(policyHash(DEFAULT_POLICY))
})

test('says why a stream is left out', () => {
  const { text, left } = proposeStreams(
    DEFAULT_POLICY,
    [
      offer({ stream: 'home/ema-cross' }),
      offer({ stream: 'acme/euro', market: 'SOL/EUR' }),
      offer({ stream: 'acme/future', market: 'SOL/USDT:USDT' }),
    ],
    'acme',
  )
  expect(text).toBe(DEFAULT_POLICY)
  expect(left.map(({ why }) => why)).toEqual([
    'it is there already',
    'SOL/EUR is not quoted in USDT, the currency of your policy',
    'SOL/USDT:USDT is no spot market',
  ])
})

test.each([
  ['a file that is wrong', DEFAULT_POLICY.replace('order: 500', 'order: many'), 'line'],
  ['a file of another form', '{ version: 1 }', 'policy.yaml'],
])('leaves %s alone', (_, text, why) => {
  const proposal = proposeStreams(text, [offer()], 'acme')
  expect(proposal.text).toBe(text)
  expect(proposal.left[0]?.why).toContain(why)
})

test('a provider with more than fits is left to the trader', () => {
  const many = Array.from({ length: 64 }, (_, at) => offer({ stream: `acme/s${at}` }))
  const { text, left } = proposeStreams(DEFAULT_POLICY, many, 'acme')
  expect(text).toBe(DEFAULT_POLICY)
  expect(left).toHaveLength(64)
  const markets = Array.from({ length: 49 }, (_, at) =>
    offer({ stream: `acme/s${at}`, market: `A${at}/USDT` }),
  )
  expect(proposeStreams(DEFAULT_POLICY, markets, 'acme').text).toBe(DEFAULT_POLICY)
})

test('what would be no policy with the proposal in it is left alone', () => {
  const most = ['order', 'position', 'hour', 'day'].reduce(
    (text, name) => text.replace(new RegExp(`${name}: \\d+`), `${name}: 999999999999`),
    DEFAULT_POLICY,
  )
  expect(proposeStreams(most, [offer()], 'acme').text).toBe(most)
})

test("a provider's words about a stream cannot become settings", () => {
  const about = 'x } streams: { evil/all: { allocation: 999999 } #'
  const { text } = proposeStreams(DEFAULT_POLICY, [offer({ about })], 'acme')
  expect([...policyOf(text).streams.keys()]).toEqual(['home/ema-cross', 'acme/trend'])
})
