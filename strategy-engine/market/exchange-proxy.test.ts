import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sendThrough } from './exchange-proxy.ts'
import { loadCcxt } from './load-ccxt.ts'

test('an exchange is asked over our own connections, and no other library of HTTP is loaded for it', async () => {
  const server = createServer((request, response) =>
    response
      .setHeader('set-cookie', ['a', 'b'])
      .end(JSON.stringify({ code: '0', path: request.url })),
  ).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ccxt = new (await loadCcxt('okx'))({})
  sendThrough(ccxt, undefined)
  expect(await ccxt.fetch(`http://127.0.0.1:${port}/time`)).toEqual({ code: '0', path: '/time' })
  expect(ccxt.undiciModule).toBeUndefined()
})
