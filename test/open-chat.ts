// The sandbox's chat as a page that stays open sees it, over HTTP: for tests whose sandbox is another process.
import { z } from 'zod'
import { until } from './test-system.ts'

const message = z.looseObject({
  message_id: z.number(),
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_markup: z
    .looseObject({
      inline_keyboard: z.array(
        z.array(z.looseObject({ text: z.string(), callback_data: z.string() })),
      ),
    })
    .optional(),
})
export type ChatMessage = z.infer<typeof message>
const made = z.looseObject({ warnings: z.array(z.string()).optional() })
const calls = z.looseObject({ calls: z.array(made) })
const event = z.looseObject({ type: z.string(), message: message.optional() })

export interface OpenChat {
  /** The first message that fits, in its newest state; those that were there before count not. */
  find(
    what: string,
    fits: (one: ChatMessage) => boolean | undefined,
    ms?: number,
  ): Promise<ChatMessage>
  act(action: 'start' | 'text' | 'press', body: unknown): Promise<void>
  /** Of all requests so far: what Telegram would have ignored in silence. */
  warnings(): Promise<string[]>
}

export async function openChat(address: string): Promise<OpenChat> {
  const messages = new Map<number, ChatMessage>()
  const { body } = await fetch(`${address}/sandbox/chat/me/events`)
  const read = async () => {
    let text = ''
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (text + part).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines.filter((one) => one.startsWith('data: '))) {
        const changed = event.parse(JSON.parse(line.slice(6))).message
        if (changed !== undefined) messages.set(changed.message_id, changed)
      }
    }
  }
  let broken = ''
  // The sandbox ends the connection when it stops.
  read().catch((error) => {
    broken = `; it broke off: ${error}`
  })
  const shown = () =>
    [...messages.values()].map(({ text, caption }) => text ?? caption ?? '').join('\n---\n')
  return {
    find: (what, fits, ms = 60_000) =>
      until(what, () => [...messages.values()].find(fits), ms).catch((cause) => {
        throw new Error(`${cause.message}, in the chat${broken}:\n${shown()}`, { cause })
      }),
    act: (action, body) => post(`${address}/sandbox/chat/me/${action}`, body),
    warnings: async () => {
      const { calls: all } = calls.parse(await (await fetch(`${address}/sandbox/calls`)).json())
      if (all.length === 0) throw new Error('nothing was requested')
      return all.flatMap((one) => one.warnings ?? [])
    },
  }
}

/** Of the card's first button whose text fits. */
export function buttonOf({ reply_markup }: ChatMessage, text: RegExp): string | undefined {
  return reply_markup?.inline_keyboard.flat().find((one) => text.test(one.text))?.callback_data
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
}
