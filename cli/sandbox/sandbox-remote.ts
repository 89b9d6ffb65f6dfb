// A running sandbox from another terminal: finds its exchange, and asks it over HTTP.
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  checkYaml,
  KeysideError,
  keysideHome,
  readConfigText,
  readText,
  writePrivate,
} from '@keyside/runtime'
import { z } from 'zod'

/** Homes of `keyside up --sandbox`: each lives as long as its run. */
export const SANDBOX_HOME_PREFIX = 'keyside-sandbox-'
/** A sandbox that hangs by a fault of its own still answers these pages. */
const TIMEOUT_MS = 2_000

const faults = z.object({
  table: z.record(z.string(), z.object({ about: z.string() })),
  armed: z.array(z.object({ name: z.string(), match: z.string(), left: z.number() })),
})
export type Faults = z.infer<typeof faults>

const refusal = z.object({ code: z.string(), sentence: z.string() })

const homeConfig = z.object({
  executor: z.object({ exchange: z.object({ address: z.string() }) }),
})

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below /sandbox/. */
  readonly page: string
  readonly body?: object
}

const note = z.object({ exchange: z.string() })

/** Says where the exchange of `keyside sandbox` in this home is. */
export function noteSandbox(home: string, exchange: string): void {
  writePrivate(noteFile(home), `${JSON.stringify({ exchange } satisfies z.infer<typeof note>)}\n`)
}

function noteFile(home: string): string {
  return join(home, 'run', 'sandbox.json')
}

/** The address that was given, or that of the only sandbox that `npm start` or this home has. */
export async function findExchange(given: string | undefined): Promise<string> {
  const answering = await Promise.all(
    (given === undefined ? candidates() : [given]).map(async (address) =>
      (await answers(address)) ? [address] : [],
    ),
  )
  const [found, ...others] = answering.flat()
  if (found === undefined)
    throw new KeysideError(
      'sandbox_missing',
      `no sandbox answers${given === undefined ? '' : ` at ${given}`}: start one with "npm start", or give --exchange`,
    )
  if (others.length > 0)
    throw new KeysideError(
      'sandbox_ambiguous',
      `several sandboxes run: give --exchange ${[found, ...others].join(' or ')}`,
    )
  return found
}

function candidates(): string[] {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(SANDBOX_HOME_PREFIX))
  return [...homes.flatMap((name) => exchangeOf(join(tmpdir(), name))), ...notedIn(keysideHome())]
}

/** Another user's home cannot be read, and one that is just being made is not there yet. */
function exchangeOf(home: string): string[] {
  try {
    const config = checkYaml(readConfigText(home), homeConfig)
    return config.ok ? [config.data.executor.exchange.address] : []
  } catch {
    return []
  }
}

function notedIn(home: string): string[] {
  try {
    return [note.parse(JSON.parse(readText(noteFile(home)))).exchange]
  } catch {
    return []
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    await askFaults(address)
    return true
  } catch {
    return false
  }
}

export async function askFaults(address: string): Promise<Faults> {
  return faults.parse(await askSandbox(address, { method: 'GET', page: 'faults' }))
}

/** Throws `sandbox_refused` with the sandbox's own sentence. */
export async function askSandbox(
  address: string,
  { method, page, body }: Question,
): Promise<unknown> {
  const response = await fetch(new URL(`/sandbox/${page}`, address), {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(method !== 'GET' && { headers: { 'Content-Type': 'application/json' } }),
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  })
  const answer: unknown = await response.json()
  if (response.ok) return answer
  const { code, sentence } = refusal.parse(answer)
  throw new KeysideError('sandbox_refused', `the sandbox says: ${sentence} (${code})`)
}
