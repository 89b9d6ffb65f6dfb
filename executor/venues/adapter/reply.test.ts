import { expect, test } from 'vitest'
import { binance } from '../binance/dialect.ts'
import { judge, noAnswer } from './reply.ts'

const failed = (code?: string) => Object.assign(new Error('https://host/?signature=x'), { code })

test.each([
  [failed('ENOTFOUND'), 'no answer from the exchange (ENOTFOUND)'],
  [failed('ECONNREFUSED'), 'no answer from the exchange (ECONNREFUSED)'],
  [failed(), 'no answer from the exchange (Error)'],
  [failed('https://host'), 'no answer from the exchange (Error)'],
  ['thrown', 'no answer from the exchange (string)'],
  [undefined, 'no answer from the exchange (undefined)'],
])(
  'a request without an answer is told in words of the system, never of the request: %o',
  (error, said) => {
    expect(noAnswer(error)).toBe(said)
  },
)

test.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
])('%s is about the certificate: the clock, or somebody in between', (code) => {
  expect(noAnswer(failed(code))).toMatch(new RegExp(`\\(${code}: look at this device's clock, and`))
})

test('a country that is turned away has no answer, whatever stands in it: an order may be anything', () => {
  const body = '{"code":0,"msg":"Service unavailable from a restricted location"}'
  const judged = judge({ stage: 'answered', status: 451, body }, binance.refusals)
  expect(judged).toMatchObject({ got: 'ambiguous', message: expect.stringContaining('HTTP 451') })
  // The same words with any other status are a refusal.
  const other = judge({ stage: 'answered', status: 400, body }, binance.refusals)
  expect(other).toMatchObject({ got: 'refusal' })
})
