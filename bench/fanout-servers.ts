// The brokers that the fanout bench compares: the embedded one and Mosquitto, each in a process of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type OwnCertificate, ownCertificate } from '@keyside/broker'
import { BROKER_MEMORY } from '@keyside/runtime'
import { cpuOf, startHelper } from './processes.ts'

export interface Server {
  readonly name: string
  /** Starts it, again after `stop` too. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Resident memory, bytes. */
  rss(): number
  /** CPU time so far, ms. */
  cpu(): number
}

export interface Place {
  readonly folder: string
  readonly port: number
  readonly tls: boolean
  readonly seed: readonly number[]
}

export function embedded(place: Place): Server {
  return ofNode(place.tls ? 'embedded, TLS' : 'embedded', 'fanout-broker.ts', place)
}

/** What Node itself needs for as many connections. */
export function bareSockets(place: Place): Server {
  return ofNode(place.tls ? 'bare sockets, TLS' : 'bare sockets', 'fanout-floor.ts', place)
}

function ofNode(name: string, program: string, { folder, port, tls, seed }: Place): Server {
  const files = tls ? filesOf(ownCertificate(folder)) : null
  let broker: Awaited<ReturnType<typeof startHelper>> | undefined
  let pid = 0
  return {
    name,
    start: async () => {
      broker = await startHelper(program, { flags: BROKER_MEMORY })
      pid = await broker.ask<number>({ port, seed, tls: files })
    },
    stop: async () => broker?.stop(),
    rss: () => rssOf(pid),
    cpu: () => cpuOf(pid),
  }
}

/** Null where it is not installed. */
export function mosquitto({ folder, port, tls }: Place): Server | null {
  if (spawnSync('mosquitto', ['-h']).error !== undefined) return null
  const { certFile, keyFile } = ownCertificate(folder)
  const file = join(folder, 'mosquitto.conf')
  const secure = tls ? `certfile ${certFile}\nkeyfile ${keyFile}\n` : ''
  const user = process.getuid?.() === 0 ? 'user root\n' : ''
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_type none\n${user}${secure}`,
  )
  let child: ChildProcess | undefined
  return {
    name: tls ? 'Mosquitto, TLS' : 'Mosquitto',
    start: async () => {
      child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' })
      while (!(await answers(port))) await pause(20)
    },
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
    rss: () => rssOf(child?.pid ?? 0),
    cpu: () => cpuOf(child?.pid ?? 0),
  }
}

function filesOf({ certFile, keyFile }: OwnCertificate) {
  return { certFile, keyFile }
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

function rssOf(pid: number): number {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
