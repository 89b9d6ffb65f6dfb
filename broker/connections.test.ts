import { Socket } from 'node:net'
import { createLog } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { Connections } from './connections.ts'
import { Refusals } from './refusals.ts'

/** No connection: it only has an address. */
function socketFrom(address: string): Socket {
  return Object.defineProperty(new Socket(), 'remoteAddress', { value: address })
}

test('whoever has a whole IPv6 site, and one socket in each of its networks, displaces itself alone', () => {
  const refusals = new Refusals(createLog({ program: 'broker', level: 'silent' }))
  const limits = { maxPendingConnections: 4, maxConnections: 9, maxConnectionsPerAddress: 9 }
  const connections = new Connections({ ...limits, connectTimeoutMs: 60_000 }, refusals)
  const honest = [socketFrom('192.0.2.1'), socketFrom('2001:db8:1::1')]
  for (const socket of honest) expect(connections.add(socket, false)).toBe(true)
  const site = ['0', '1', '2', '3'].map((network) => socketFrom(`2001:db8:2:${network}::1`))
  for (const socket of site) expect(connections.add(socket, false)).toBe(true)
  const next = socketFrom('198.51.100.1')
  expect(connections.add(next, false), 'makes the site smaller').toBe(true)
  expect(connections.add(socketFrom('203.0.113.1'), false), 'each has one').toBe(false)
  expect(site.map(({ destroyed }) => destroyed)).toEqual([true, true, true, false])
  expect([...honest, next].map(({ destroyed }) => destroyed)).toEqual([false, false, false])
  connections.destroyAll()
})
