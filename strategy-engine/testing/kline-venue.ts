// An exchange of a few fixed answers, for what a feed asks over HTTP.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export const LISTED = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  isSpotTradingAllowed: true,
  filters: [],
  permissionSets: [['SPOT']],
}

type Answer = [status: number, body: object]

/** Answers each path, by what was asked. Gives its address. */
export async function venue(
  answers: Record<string, Answer | ((query: URLSearchParams) => Answer)>,
): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue')
    const answer = answers[pathname] ?? [404, {}]
    const [status, body] = typeof answer === 'function' ? answer(searchParams) : answer
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.on('upgrade', (_request, socket) => socket.destroy())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
