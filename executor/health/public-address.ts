// From which address this device is seen: asked of a service that its owner names, and of nobody who is not named. It goes the
// way that requests to the exchange go, so that behind a proxy it is the proxy's.
import { isIP } from 'node:net'
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import { HttpClient, type MakeAgent } from '@keyside/runtime/web'
import { z } from 'zod'
import { ownUrl } from './own-url.ts'

const TIMEOUT_MS = 10_000
/** How far into the answer the address is searched, characters. */
const MAX_CHARACTERS = 1_000

export const addressCheckSetting = z.strictObject({
  /** Answers with the address of the caller: as text, or as JSON with `ip`. */
  url: ownUrl,
  /** Seconds between two questions. */
  every: z.int().min(30).max(86_400).default(60),
})

type AddressCheck = z.infer<typeof addressCheckSetting>

export interface AddressOptions {
  readonly setting: AddressCheck
  readonly makeAgent: MakeAgent
  readonly clock: Pick<Clock, 'every'>
  /** Called with each address that was seen twice in a row. */
  readonly onAddress: (address: string) => void
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** The first question is asked at once. */
export function watchAddress({
  setting,
  makeAgent,
  clock,
  onAddress,
  log,
}: AddressOptions): Cancel {
  const client = new HttpClient(makeAgent)
  let before = ''
  let answers: 'yes' | 'no' = 'yes'
  const look = async () => {
    const address = await ask(client, setting.url)
    const now = address === null ? 'no' : 'yes'
    // What it answers is a stranger's: not even logged.
    if (now !== answers)
      log[now === 'yes' ? 'info' : 'warn'](
        now === 'yes' ? 'addressCheck answers' : 'addressCheck names no address of this device',
      )
    answers = now
    if (address === null) return
    if (address === before) onAddress(address)
    before = address
  }
  void look()
  const cancel = clock.every(setting.every * 1_000, () => void look())
  return () => {
    cancel()
    client.close()
  }
}

async function ask(client: HttpClient, url: string): Promise<string | null> {
  const headers = { accept: 'text/plain, application/json' }
  return client.send(url, { method: 'GET', headers, timeout: TIMEOUT_MS }).then(
    ({ status, body }) => (status === 200 ? addressIn(body.slice(0, MAX_CHARACTERS)) : null),
    () => null,
  )
}

const named = z.object({ ip: z.string() })

/** Null if the text is not an IP address. */
export function addressIn(body: string): string | null {
  const text = body.trim()
  const address = text.startsWith('{') ? named.safeParse(json(text)).data?.ip : text
  return address !== undefined && isIP(address) !== 0 ? address.toLowerCase() : null
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
