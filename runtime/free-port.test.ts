import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from './free-port.ts'

/** The first port that Linux gives to an outgoing connection; others begin higher. */
const OUTGOING = 32_768

test('no port is found twice, and none that an outgoing connection could be given meanwhile', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(new Set(ports).size).toBe(50)
  expect(Math.max(...ports)).toBeLessThan(OUTGOING)
})

test('a port where something listens is passed over', async () => {
  const port = await freePort()
  const server = createServer().listen(port + 1, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect(await freePort()).not.toBe(port + 1)
})
