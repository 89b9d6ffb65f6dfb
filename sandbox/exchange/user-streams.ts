// The WebSocket API as far as the user data stream needs it: signed subscriptions, and every event of the account's orders.
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Account } from './account.ts'
import type { ExchangeContext } from './context.ts'
import { ExchangeError, refuse } from './errors.ts'
import type { SpotRequest } from './order-request.ts'
import { executionReport, positionReport } from './order-views.ts'
import { Parameters } from './parameters.ts'
import { parseJson } from './parse-json.ts'
import { checkSignature, checkTime, findAccount } from './security.ts'
import { toJson } from './to-json.ts'
import type { TradingEvent } from './trading.ts'

type SpotEvent = TradingEvent<SpotRequest>

const SUBSCRIBE = 'userDataStream.subscribe.signature'

const request = z.object({
  id: z.union([z.int(), z.string(), z.null()]),
  method: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})

const RULES = {
  apiKey: 'required',
  timestamp: 'required',
  signature: 'required',
  recvWindow: 'optional',
} as const

export class UserStreams {
  readonly #context: ExchangeContext
  readonly #subscribers = new Map<WebSocket, Account[]>()
  #reversed: (() => void)[] = []

  constructor(context: ExchangeContext) {
    this.#context = context
  }

  accept(socket: WebSocket): void {
    this.#subscribers.set(socket, [])
    socket.on('close', () => this.#subscribers.delete(socket))
    socket.on('message', (data) => socket.send(toJson(this.#reply(socket, String(data)))))
  }

  publish(event: SpotEvent): void {
    if (event.type === 'triggered') return
    const { events } = event.order.effects
    const times = events === 'duplicate' && event.type === 'filled' ? 2 : 1
    if (events === 'reverse') this.#keepForLater(event)
    else for (let i = 0; i < times; i++) this.#send(event, this.#describe(event))
  }

  #reply(socket: WebSocket, text: string): object {
    const parsed = request.safeParse(parseJson(text))
    const id = parsed.success ? parsed.data.id : null
    try {
      if (!parsed.success || parsed.data.method !== SUBSCRIBE) throw refuse('not_in_sandbox')
      const account = this.#authenticate(parsed.data.params ?? {})
      const subscriptions = this.#subscribers.get(socket) ?? []
      const subscriptionId = subscriptions.push(account) - 1
      return { id, status: 200, result: { subscriptionId } }
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      return { id, status: error.status, error: { code: error.code, msg: error.message } }
    }
  }

  #authenticate(given: Readonly<Record<string, string | number>>): Account {
    const values = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]))
    const parameters = new Parameters(values)
    parameters.check(RULES)
    const account = findAccount(this.#context.accounts, parameters.required('apiKey'))
    checkTime(parameters, this.#context.now())
    const names = [...values.keys()].filter((name) => name !== 'signature').sort()
    const payload = names.map((name) => `${name}=${values.get(name)}`).join('&')
    checkSignature(account, payload, parameters.required('signature'))
    return account
  }

  #send(event: SpotEvent, messages: readonly object[]): void {
    for (const [socket, accounts] of this.#subscribers)
      for (const [subscriptionId, account] of accounts.entries())
        if (account.name === event.order.request.account)
          for (const message of messages) socket.send(toJson({ subscriptionId, event: message }))
  }

  /** All events of one request happen before anything else does: then they go out, last one first. */
  #keepForLater(event: SpotEvent): void {
    const messages = this.#describe(event)
    if (this.#reversed.length === 0)
      queueMicrotask(() => {
        const kept = this.#reversed.reverse()
        this.#reversed = []
        for (const send of kept) send()
      })
    this.#reversed.push(() => this.#send(event, messages))
  }

  #describe(event: SpotEvent): object[] {
    const { order, at } = event
    const wallet = this.#context.trading.venue.wallet(order.request.account)
    return [executionReport(event), positionReport(order, wallet, at)]
  }
}
