import { Socket } from 'node:net'
import { createLog } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { Connections } from './connections.ts'
import { Refusals } from './refusals.ts'

/** No connection: it only has an address. */
function socketFrom(address: string): Socket {
  return Object.defineProperty(new Socket(), 'remoteAddress', { value: address })
}

function connectionsWith(maxPendingConnections: number): Connections {
  const refusals = new Refusals(createLog({ program: 'broker', level: 'silent' }))
  const limits = { maxPendingConnections, maxConnections: 9, maxConnectionsPerAddress: 9 }
  return new Connections({ ...limits, connectTimeoutMs: 60_000 }, refusals)
}

test('whoever has a whole IPv6 site, and one socket in each of its networks, displaces itself alone', () => {
  const connections = connectionsWith(4)
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

test('neighbours of one site, each with one socket, are not displaced before a network with more', () => {
  const connections = connectionsWith(4)
  const neighbours = ['0', '1', '2'].map((network) => socketFrom(`2001:db8:2:${network}::1`))
  const stranger = [socketFrom('192.0.2.1'), socketFrom('192.0.2.1')]
  for (const socket of [...neighbours, ...stranger])
    expect(connections.add(socket, false)).toBe(true)
  expect(stranger.map(({ destroyed }) => destroyed)).toEqual([true, false])
  expect(neighbours.some(({ destroyed }) => destroyed)).toBe(false)
  connections.destroyAll()
})
