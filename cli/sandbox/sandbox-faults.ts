// keyside sandbox faults, fault and nudge: make a running sandbox misbehave, by hand.
import { KeysideError } from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { count } from '../terminal/count.ts'
import { print, table } from '../terminal/print.ts'
import { askFaults, askSandbox, type Faults, findExchange } from './sandbox-remote.ts'

interface Where {
  readonly exchange?: string
}

interface FaultOptions extends Where {
  readonly count?: number
  readonly ms?: number
  readonly match?: string
}

/** What a person calls the requests of the exchange. */
const REQUESTS: Readonly<Record<string, string>> = {
  order: 'POST /api/v3/order',
  cancel: 'DELETE /api/v3/order',
  lookup: 'GET /api/v3/order',
  fills: 'GET /api/v3/myTrades',
  balances: 'GET /api/v3/account',
  quotes: 'GET /api/v3/ticker/bookTicker',
  all: '*',
}

const price = z.object({ price: z.string() })

export function addSandboxFaults(sandbox: Command): void {
  const command = (name: string, description: string, example: string) =>
    sandbox
      .command(name)
      .description(description)
      .option('--exchange <address>', 'of the sandbox exchange; found by itself when only one runs')
      .addHelpText('after', `\nExample:\n  keyside sandbox ${example}`)
  command('faults', 'list what can go wrong with the exchange, and what is armed', 'faults')
    .option('--clear', 'disarm all of it instead', false)
    .action((options: Where & { clear: boolean }) => (options.clear ? clear : list)(options))
  command('fault', 'arm one fault for the next requests', 'fault "accept then hang" --count 2')
    .argument('<name>', 'one of keyside sandbox faults; a space is as good as a hyphen')
    .option('--count <n>', 'requests it happens to; 1 when left out', count)
    .option('--ms <ms>', 'how long it lasts, where it lasts', milliseconds)
    .option(
      '--match <request>',
      `${Object.keys(REQUESTS).join(', ')}; order when left out`,
      request,
    )
    .action(arm)
  command('nudge', 'move a price at once', 'nudge 0.98')
    .argument('<factor>', '0.98 is two per cent down', factor)
    .option('--market <market>', 'which', 'BTC/USDT')
    .action(nudge)
}

async function list({ exchange }: Where): Promise<void> {
  const { table: known, armed } = await askFaults(await findExchange(exchange))
  print(...table(Object.entries(known).map(([name, { about }]) => [name, about])), '')
  print(armedNow(armed))
}

async function clear({ exchange }: Where): Promise<void> {
  await askSandbox(await findExchange(exchange), { method: 'DELETE', page: 'faults' })
  print('Nothing is armed.')
}

async function arm(typed: string, { exchange, count, ms, match }: FaultOptions): Promise<void> {
  const address = await findExchange(exchange)
  const name = typed.trim().replaceAll(/\s+/g, '-')
  const { table: known } = await askFaults(address)
  const rule = known[name]
  if (rule === undefined)
    throw new KeysideError(
      'fault_unknown',
      `there is no fault "${typed}": look at keyside sandbox faults`,
    )
  const body = { name, ...(count && { count }), ...(ms && { ms }), ...(match && { match }) }
  await askSandbox(address, { method: 'POST', page: 'faults', body })
  print(`${name}: ${rule.about}`)
}

async function nudge(by: number, { exchange, market }: Where & { market: string }): Promise<void> {
  const address = await findExchange(exchange)
  const body = { symbol: market, factor: by }
  const answer = await askSandbox(address, { method: 'POST', page: 'nudge', body })
  print(`${market} is at ${price.parse(answer).price}, and moves with the next tick`)
}

function armedNow(armed: Faults['armed']): string {
  if (armed.length === 0) return 'Nothing is armed.'
  const words = armed.map(({ name, match, left }) => `${name} (${match}, ${left} left)`)
  return `Armed: ${words.join('; ')}`
}

/** A clock may be off to either side. */
function milliseconds(text: string): number {
  if (!/^-?[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('expected milliseconds such as 3000')
  return Number(text)
}

function factor(text: string): number {
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('expected a factor such as 0.98')
  return Number(text)
}

function request(text: string): string {
  const route = Object.hasOwn(REQUESTS, text) ? REQUESTS[text] : undefined
  if (route === undefined && !/^[A-Z]+ \/\S+$/.test(text))
    throw new InvalidArgumentError(
      `expected ${Object.keys(REQUESTS).join(', ')}, or a method and path`,
    )
  return route ?? text
}
