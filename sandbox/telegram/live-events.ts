// Streams one chat to the page: first everything there is, then every change.
import type { ServerResponse } from 'node:http'
import type { ChatEvent } from './chats.ts'
import type { TelegramState } from './telegram-state.ts'
import type { User } from './wire.ts'

export function streamChat(state: TelegramState, user: User, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const tell = (event: ChatEvent | { type: 'snapshot'; [field: string]: unknown }) =>
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  tell({
    type: 'snapshot',
    bot: state.bot,
    user,
    commands: state.commands.seenIn(user.id),
    messages: state.chats.messages(user.id),
    pinned: state.chats.pinned(user.id),
  })
  response.once('close', state.chats.listen(user.id, tell))
}
