// The broker on a Unix socket: for its user alone, and over what a dead process left.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLog, openLink } from '@keyside/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startTestBroker, token } from './testing/fixture.ts'

const SIGNAL = 'keyside/v1/signal/home/trend'

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'run', 'broker.sock')
}

const start = (socket: string) => startTestBroker({ socket, port: null, wsPort: null })

function linkTo(url: string) {
  const link = openLink({
    url,
    clientId: 'device',
    token: token('device', { publish: [SIGNAL] }),
    subscribe: [],
    onMessage: () => undefined,
    log: createLog({ program: 'device', level: 'silent' }),
    reconnectMs: 5,
  })
  onTestFinished(() => link.close())
  return link
}

describe.skipIf(process.platform === 'win32')('a Unix socket', () => {
  test('carries a message, has no port beside it, and opens to its user alone', async () => {
    const path = newPath()
    await using at = await start(path)
    expect(at.broker.address).toEqual({ mqtt: `unix:${path}`, ws: null, socket: `unix:${path}` })
    const link = linkTo(at.mqtt)
    await link.ready
    await link.publish(SIGNAL, 'enter')
    const modes = [path, dirname(path)].map((each) => statSync(each).mode & 0o777)
    expect(modes).toEqual([0o600, 0o700])
    await at.broker.stop()
    expect(existsSync(path)).toBe(false)
  })

  test('replaces the socket of a process that was killed', async () => {
    const path = newPath()
    await (await start(path))[Symbol.asyncDispose]()
    const program = `require('node:net').createServer().listen(process.argv[1], () => process.send('listens'))`
    const dead = fork('-e', [program, path], { execArgv: [], stdio: 'ignore' })
    await once(dead, 'message')
    dead.kill('SIGKILL')
    await once(dead, 'exit')
    expect(existsSync(path), 'left over').toBe(true)
    await using at = await start(path)
    await linkTo(at.mqtt).ready
  })

  test('does not take the place of a broker that runs, nor of another program', async () => {
    const path = newPath()
    await using at = await start(path)
    const taken = { code: 'broker_port_taken', message: expect.stringContaining(path) }
    await expect(start(path)).rejects.toMatchObject(taken)
    await linkTo(at.mqtt).ready
    const other = `${path}.other`
    const server = createServer().listen(other)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    await expect(start(other)).rejects.toMatchObject({ code: 'broker_port_taken' })
  })

  test('who starts a home twice reads of its socket, though the port is taken too', async () => {
    const socket = newPath()
    await using first = await startTestBroker({ socket, port: 0, wsPort: null })
    const port = Number(new URL(first.mqtt).port)
    const second = startTestBroker({ socket, port, wsPort: null })
    await expect(second).rejects.toThrow(`another broker listens on ${socket}`)
  })

  test('is not made where others may enter, over a file, or at a path that is too long', async () => {
    const path = newPath()
    await (await start(path))[Symbol.asyncDispose]()
    writeFileSync(path, 'notes')
    await expect(start(path)).rejects.toMatchObject({ code: 'broker_address_unusable' })
    expect(existsSync(path)).toBe(true)
    chmodSync(dirname(path), 0o755)
    await expect(start(`${path}2`)).rejects.toMatchObject({ code: 'file_not_private' })
    const long = { code: 'broker_address_unusable', message: expect.stringContaining('too long') }
    await expect(start(join(dirname(path), 'x'.repeat(100)))).rejects.toMatchObject(long)
  })
})
