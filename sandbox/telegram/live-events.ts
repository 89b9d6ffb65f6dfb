// Streams one chat to the page: first everything there is, then every change.
import type { ServerResponse } from 'node:http'
import type { ChatEvent } from './chats.ts'
import type { User } from './wire.ts'
import type { World } from './world.ts'

export function streamChat(world: World, user: User, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const tell = (event: ChatEvent | { type: 'snapshot'; [field: string]: unknown }) =>
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  tell({
    type: 'snapshot',
    bot: world.bot,
    user,
    commands: world.commands.seenIn(user.id),
    messages: world.chats.messages(user.id),
    pinned: world.chats.pinned(user.id),
  })
  response.once('close', world.chats.listen(user.id, tell))
}
