// A port that is free now, for a broker that is to listen there a moment later.
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections (from 32768, 49152): one of those could be
// given away between this look and the broker's own listening.
const FIRST = 20_000
const COUNT = 12_000
/** Ports of one process's own, so that two that look at the same time do not find the same. */
const EACH = 16

let asked = 0

/** @throws Error when the system refuses to listen on any of them */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + ((process.pid * EACH + asked++) % COUNT)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free on 127.0.0.1`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
