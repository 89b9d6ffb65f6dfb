// A terminal has put another exchange key into the keychain: the executor that runs tries it, and goes on with it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Cancel, type Clock, type Logger, readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import type { Input } from './core/execution/inputs.ts'
import type { ApiKeys } from './venues/adapter/api-keys.ts'
import type { Exchange } from './venues/port.ts'

/** Between two looks for a request, ms. */
const LOOK_MS = 1_000

const answer = z.object({
  /** The text of the request. */
  to: z.string(),
  outcome: z.enum(['taken', 'not taken']),
  /** Why not. */
  message: z.string(),
})

export type KeyAnswer = z.infer<typeof answer>

export interface KeyRequestOptions {
  /** KEYSIDE_HOME. */
  readonly home: string
  /** From the keychain, now. */
  readonly keys: () => Promise<ApiKeys>
  readonly exchange: Pick<Exchange, 'useKeys'>
  readonly take: (input: Input) => void
  readonly clock: Pick<Clock, 'every'>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export function answerKeyRequests(options: KeyRequestOptions): Cancel {
  const file = requestFile(options.home)
  return options.clock.every(LOOK_MS, () => {
    const to = textOf(file)
    if (to !== null) void answerOne(file, to, options)
  })
}

/** Where the disk takes no answer, whoever asked is told so by the silence: nothing else ends for that. */
async function answerOne(file: string, to: string, options: KeyRequestOptions): Promise<void> {
  try {
    rmSync(file, { force: true })
    const done = await swap(options)
    writePrivate(`${file}.answer`, JSON.stringify({ to, ...done }))
  } catch (error) {
    options.log.warn({ err: error }, 'a request for another exchange key could not be answered')
  }
}

async function swap({
  keys,
  exchange,
  take,
  log,
}: KeyRequestOptions): Promise<Omit<KeyAnswer, 'to'>> {
  try {
    const rights = await exchange.useKeys(await keys())
    if (!rights.ok) return { outcome: 'not taken', message: rights.message }
    take({ type: 'key_rights', rights })
    log.info('another exchange key has taken the place of the one before')
    return { outcome: 'taken', message: '' }
  } catch (error) {
    log.warn({ err: error }, 'another exchange key could not be taken')
    return { outcome: 'not taken', message: error instanceof Error ? error.message : '' }
  }
}

/** Returns what the answer will be `to`. */
export function askToTakeKey(home: string, { now, id }: { now: number; id: string }): string {
  const text = `${new Date(now).toISOString()} ${id}`
  rmSync(`${requestFile(home)}.answer`, { force: true })
  writePrivate(requestFile(home), text)
  return text
}

/** Null until it is there. */
export function readKeyAnswer(home: string, to: string): KeyAnswer | null {
  const text = textOf(`${requestFile(home)}.answer`)
  const read = text === null ? null : answer.safeParse(json(text)).data
  return read?.to === to ? read : null
}

/** Nobody was there to take it. */
export function withdrawKeyRequest(home: string): void {
  rmSync(requestFile(home), { force: true })
}

function requestFile(home: string): string {
  return join(home, 'run', 'KEY')
}

function textOf(file: string): string | null {
  try {
    return readText(file)
  } catch {
    return null
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
