// An outbox with one stream, and what may be signed in it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyring, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { onTestFinished } from 'vitest'
import { openOutbox as openTables } from '../publish/database.ts'
import { Outbox } from '../publish/outbox.ts'
import type { SignalInput } from '../publish/signal-claims.ts'
import type { Decision } from '../strategies/decision.ts'
import { strategy } from './rules.ts'

export const KEY = signingKey(new Uint8Array(32).fill(3))
export const RULES = strategy()
const PINS = keyring([{ key: publicKey(KEY.publicKey), issuer: 'home', kinds: ['signal'] }])

/** For a test's databases: removed with it. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-outbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** With the stream `demo`. In a folder of its own, if not told where. */
export function openOutbox(path = join(newFolder(), 'engine.db')) {
  const database = openTables(path)
  const outbox = new Outbox(database, { key: KEY })
  const open = (name = 'demo') => outbox.openStream({ name, plan: name, market: 'BTC/USDT' })
  open()
  outbox.commit()
  const append = (decided: SignalInput) => {
    const signed = outbox.sign(decided)
    outbox.commit()
    return signed
  }
  return { outbox, database, open, append, close: () => database.close() }
}

/** A decision at the candle that opened at `start`, Unix seconds. */
export function input(start: number, kind: Decision['kind'], name = 'demo'): SignalInput {
  const common = { ref: '100.5', reason: 'close 100.50' }
  const size = { unit: 'percent' as const, value: kind === 'entry' ? '10' : '100' }
  const decision: Decision =
    kind === 'entry'
      ? { kind, size, stop: '99', exits: {}, ...common }
      : kind === 'stop'
        ? { kind, size, stop: '99.5', ...common }
        : { kind, size, ...common }
  return { issuer: 'home', strategy: { ...RULES, name }, start, decision }
}

/** An exit of so many percent. */
export function part(start: number, value: string): SignalInput {
  const exit = input(start, 'exit')
  return { ...exit, decision: { ...exit.decision, size: { unit: 'percent', value } } }
}

/** As an executor does. */
export function verifySignal(token: string, now: number) {
  const topic = 'keyside/v1/signal/home/demo'
  const verified = verify(token, PINS, { kinds: ['signal'], audience: 'executors', now, topic })
  if (!verified.ok) throw new Error(verified.message)
  return verified
}
