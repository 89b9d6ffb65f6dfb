// The first minutes of a new user: starts it, opens the chat, reads the card, presses Approve.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { buttonOf, type ChatMessage, openChat } from './open-chat.ts'
import { until } from './test-system.ts'

export interface Start {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** How long the card is read, ms. */
  readonly reading: number
}

/** In ms. */
export interface FirstMinutes {
  /** From the start to the address of the chat. */
  readonly address: number
  /** From the claim to the card. */
  readonly card: number
  /** From the press to the fill in the chat; null when the order was not filled. */
  readonly fill: number | null
  /** What became of the card. */
  readonly words: string
}

const ADDRESS_MS = 60_000
const CARD_MS = 60_000
const FILL_MS = 15_000

export async function firstMinutes({
  command,
  args,
  cwd,
  env,
  reading,
}: Start): Promise<FirstMinutes> {
  const begun = performance.now()
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  try {
    const [, url = '', code = ''] = await until(
      'the address of the chat',
      () => /Open the chat: (http:\S+)\/\?start=(\w+)/.exec(printed),
      ADDRESS_MS,
    ).catch((error) => Promise.reject(new Error(printed, { cause: error })))
    const address = performance.now() - begun
    const chat = await openChat(url)
    const claimed = performance.now()
    await chat.act('start', { code })
    const shown = await chat
      .find('a card', (one) => buttonOf(one, /Approve/) !== undefined, CARD_MS)
      .catch((error) => Promise.reject(new Error(printed, { cause: error })))
    const card = performance.now() - claimed
    const { message_id } = shown
    await sleep(reading)
    const pressed = performance.now()
    // A card that was closed meanwhile has no such button: what it says is told below.
    const data = buttonOf(shown, /Approve/)
    await chat.act('press', { message_id, data }).catch(() => undefined)
    const bought = await chat
      .find('a fill', (one) => one.message_id === message_id && isBought(one), FILL_MS)
      .catch(() => undefined)
    const fill = bought === undefined ? null : performance.now() - pressed
    const told = await chat.find('the card', (one) => one.message_id === message_id)
    return { address, card, fill, words: told.caption ?? '' }
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT')
    await ended
  }
}

function isBought({ caption = '' }: ChatMessage): boolean {
  return caption.includes('Bought')
}
