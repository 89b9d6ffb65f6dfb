import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
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

function post(http: HttpClient, url: string, signal = new AbortController().signal) {
  return http.send(url, { method: 'POST', headers: {}, body: 'a=1', signal })
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

test('ends what is open when it closes or the caller gives up', async () => {
  const url = await serve((request) => request.resume())
  const http = new HttpClient()
  const giving = new AbortController()
  const given = post(http, url, giving.signal)
  giving.abort()
  await expect(given).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  const open = post(http, url)
  await new Promise(setImmediate)
  http.close()
  await expect(open).rejects.toThrow()
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
