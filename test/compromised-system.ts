// One executor that follows several providers whose engine keys were stolen, and what its trader is told of each.
import { join } from 'node:path'
import { systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { JOURNAL_FILE } from '../executor/journal/database.ts'
import { readJournal } from '../executor/journal/read.ts'
import { vaultFile } from '../executor/keychain/open.ts'
import { type CompromisedProvider, compromisedProvider } from './compromised-provider.ts'
import { scriptedBot } from './scripted-bot.ts'
import { openTestSystem, UNASKED_POLICY, until } from './test-system.ts'

const WAIT_MS = 20_000

export type CompromisedSystem = Awaited<ReturnType<typeof compromisedSystem>>

/** Broker, executor and providers run when it resolves; all providers have a stream of the same name. */
export async function compromisedSystem(names: readonly string[]) {
  const streams = names.map((name) => `  ${name}/demo: { allocation: 1000 }\n`).join('')
  const limits = 'limits:\n  position: 9000\n  hour: 100000\n'
  const policy = UNASKED_POLICY.replace(/ {2}home\/demo.*\n/, streams).replace('limits:\n', limits)
  const system = await openTestSystem({ policy })
  const { home, passphrase } = system
  const providers = new Map<string, CompromisedProvider>()
  for (const name of names) providers.set(name, await compromisedProvider(name))
  await system.start('broker')
  const vault = { file: vaultFile(home), passphrase, randomBytes: systemRandomBytes }
  const keychain = await openVault(vault)
  for (const each of providers.values()) await each.follow(home, keychain)
  const bot = await scriptedBot(home)
  await system.start('executor')

  const reports = () =>
    [...bot.reports.entries()].sort(([a], [b]) => a - b).map(([, event]) => event)
  const ofOrders = (name: string) =>
    reports().flatMap((event) =>
      event.type === 'order' && event.order.stream === `${name}/demo` ? [event] : [],
    )
  /** What became of the orders of a provider: `entry filled`, and so on. */
  const orders = (name: string) =>
    ofOrders(name).map(({ order, status }) => `${order.kind} ${status}`)
  const times = (name: string, what: string) => orders(name).filter((each) => each === what).length
  /** What the chat is told besides, oldest first: each sentence has the name of its provider. */
  const sentences = (name: string) =>
    reports().flatMap((event) => {
      if (event.type !== 'refusal' && event.type !== 'notice') return []
      // The message of the order says the same.
      if (event.code === 'position_closing') return []
      const isOfStream = event.type === 'refusal' && event.stream === `${name}/demo`
      const isNamed = event.message.startsWith(`${name}: `) || event.message.includes(`${name}/`)
      return isOfStream || isNamed ? [event] : []
    })
  const told = (name: string) => sentences(name).map(({ code }) => code)
  const journal = () => readJournal(join(home, JOURNAL_FILE), { limit: 100_000 })
  return {
    home,
    exchange: system.sandbox.exchange,
    reports,
    orders,
    sentences,
    told,
    provider: (name: string) => {
      const found = providers.get(name)
      if (found === undefined) throw new Error(`no ${name}`)
      return found
    },
    filled: (name: string, kind: 'entry' | 'exit', count = 1) =>
      until(
        `${count} ${kind} filled of ${name}`,
        () => times(name, `${kind} filled`) >= count,
        WAIT_MS,
      ),
    /** The next of these from now on. */
    next: (name: string, what: string) => {
      const before = times(name, what)
      return () => until(`${what} of ${name}`, () => times(name, what) > before, WAIT_MS)
    },
    tells: (name: string, code: string) =>
      until(`${name} tells ${code}`, () => told(name).includes(code), WAIT_MS),
    /** Amounts of what was filled, an order each, oldest first. */
    amounts: (name: string) =>
      ofOrders(name).flatMap(({ status, filled }) => (status === 'filled' ? [filled] : [])),
    heldVersion: (name: string) =>
      journal()
        .flatMap(({ body }) =>
          body.type === 'keyset' && body.provider === name ? body.version : [],
        )
        .at(-1),
    /** When orders were made of what a key signed, and when the exchange took these, Unix ms. */
    ordersOf: (kid: string) => {
      const made = journal().flatMap(({ at, body }) =>
        body.type === 'ordered' && body.order.kid === kid
          ? [{ at, id: body.order.clientOrderId }]
          : [],
      )
      const ids = new Set(made.map(({ id }) => id))
      const taken = system.sandbox.exchange
        .acceptLog()
        .filter(({ clientOrderId }) => ids.has(clientOrderId))
      return { made: made.map(({ at }) => at), taken: taken.map(({ time }) => time) }
    },
    restart: async () => {
      await system.kill('executor')
      await system.start('executor')
    },
    close: async () => {
      await bot.close()
      await system.close()
      await Promise.all([...providers.values()].map((each) => each.close()))
    },
  }
}
