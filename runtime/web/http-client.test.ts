import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HttpClient } from './http-client.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 600_000 }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function post(http: HttpClient, url: string, timeout = 60_000) {
  return http.send(url, { method: 'POST', headers: {}, body: 'a=1', timeout })
}

test('keeps its connection for the next request', async () => {
  const ports = new Set<number | undefined>()
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('{}')
  })
  const http = new HttpClient()
  for (let i = 0; i < 3; i++)
    expect(await post(http, url)).toMatchObject({ status: 200, body: '{}' })
  http.close()
  expect(ports.size).toBe(1)
})

test('ends an idle connection a second before the server would', async () => {
  const ended = Promise.withResolvers<void>()
  const url = await serve((request, response) => {
    request.socket.once('close', ended.resolve)
    response.writeHead(200, { 'keep-alive': 'timeout=2' }).end('{}')
  })
  const http = new HttpClient()
  onTestFinished(() => http.close())
  await post(http, url)
  await ended.promise
})

test('follows no redirect', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  const http = new HttpClient()
  await expect(post(http, url)).rejects.toThrow('redirected')
  http.close()
  expect(asked).toBe(1)
})

test('an answer that breaks off is no answer', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"status":')
    setImmediate(() => response.destroy())
  })
  const http = new HttpClient()
  await expect(post(http, url)).rejects.toThrow()
  http.close()
})

test('ends what is open when it closes', async () => {
  const url = await serve((request) => request.resume())
  const http = new HttpClient()
  const open = post(http, url)
  await new Promise(setImmediate)
  http.close()
  await expect(open).rejects.toThrow()
})

test.for([
  ['no answer', (): void => undefined],
  ['half an answer', (response: ServerResponse) => void response.write('{')],
] as const)('gives up in time when there is %s', async ([_, answer]) => {
  const closed = Promise.withResolvers<void>()
  const url = await serve((request, response) => {
    request.resume().socket.once('close', closed.resolve)
    answer(response)
  })
  const http = new HttpClient()
  onTestFinished(() => http.close())
  await expect(post(http, url, 50)).rejects.toThrow(
    expect.objectContaining({ name: 'TimeoutError' }),
  )
  await closed.promise
})

test('the request is on its way when it returns', async () => {
  const url = await serve((_, response) => response.end('{}'))
  const http = new HttpClient()
  onTestFinished(() => http.close())
  let made = 0
  const count = () => (made += 1)
  subscribe('http.client.request.created', count)
  onTestFinished(() => void unsubscribe('http.client.request.created', count))
  const answer = post(http, url)
  expect(made).toBe(1)
  await answer
})

test('an answer without an end is given up, and its connection with it', async () => {
  const part = Buffer.alloc(2 ** 20, 'a')
  const closed = Promise.withResolvers<void>()
  const url = await serve((_, response) => {
    response.once('close', closed.resolve)
    const more = () => {
      while (!response.destroyed && response.write(part));
    }
    response.on('drain', more)
    more()
  })
  const http = new HttpClient()
  onTestFinished(() => http.close())
  await expect(post(http, url)).rejects.toThrow('the answer is too long')
  await closed.promise
})
