import { expect, test } from 'vitest'
import type { RestRequest } from '../exchange/http.ts'
import { parametersOf } from './requests.ts'

const request = (route: string, query: string, body: unknown) =>
  ({ route, query, body: JSON.stringify(body), headers: {} }) as RestRequest

test("what a client leaves empty is left out, as the venue's own client sends it", () => {
  const body = { instId: 'BTC-USDT', px: '', ccy: null, attachAlgoOrds: [], sz: '0.1' }
  const read = { instId: 'BTC-USDT', sz: '0.1' }
  expect(parametersOf(request('POST /api/v5/trade/order', '', body))).toEqual(read)
  expect(parametersOf(request('POST /api/v5/trade/cancel-algos', '', [body]))).toEqual(read)
  expect(
    parametersOf(request('GET /api/v5/trade/order', 'instId=BTC-USDT&px=&sz=0.1', '')),
  ).toEqual(read)
})

test('a number in the place of a text is refused', () => {
  expect(() => parametersOf(request('POST /api/v5/trade/order', '', { sz: 0.1 }))).toThrow('JSON')
})
