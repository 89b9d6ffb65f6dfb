// Starts the sandbox's Telegram: the Bot API, the chat page and the controls on one local port.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { http } from '@keyside/runtime'
import { answerBotApi, serveFile } from './bot-api.ts'
import { ChatPlayer } from './chat-player.ts'
import { answerControl, refusal, reply } from './control.ts'
import type { Faults } from './faults.ts'
import { inject } from './inject.ts'
import { servePage } from './page-files.ts'
import { refuseRemote } from './same-machine.ts'
import {
  type ApiCall,
  createTelegramState,
  type TelegramState,
  type TelegramStateOptions,
} from './telegram-state.ts'

export type TelegramOptions = TelegramStateOptions & {
  /** A free port when left out. */
  port?: number
  /** 127.0.0.1 when left out; 0.0.0.0 in a container. */
  host?: string
  /** Names besides 127.0.0.1 and localhost by which clients may call it. */
  names?: readonly string[]
}

export type SandboxTelegram = AsyncDisposable & {
  /** What a bot takes as its `apiRoot`. */
  address: string
  /** What a person opens in a browser. */
  chatUrl: string
  /** One of the users; throws for a user the sandbox was not started with. */
  chat(userId?: number): ChatPlayer
  /** Every Bot API call with its payload and outcome, oldest first. */
  calls: readonly ApiCall[]
  faults: Pick<Faults, 'arm' | 'clear'>
  /** Delivers a forged update once, as it is. */
  inject(update: { update_id?: number; [kind: string]: unknown }): number
  stop(): Promise<void>
}

export async function startTelegram(options: TelegramOptions): Promise<SandboxTelegram> {
  const state = createTelegramState(options)
  const players = new Map(state.users.map((user) => [user.id, new ChatPlayer(state, user)]))
  const server = http.createServer((request, response) => {
    route(state, options.names ?? [], request, response).catch((error: unknown) =>
      confess(response, error),
    )
  })
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  const closed = once(server, 'close')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : options.port
  const address = `http://127.0.0.1:${port}`
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    address,
    chatUrl: `${address}/`,
    chat: (userId = state.users[0]?.id ?? 0) => playerOf(players, userId),
    calls: state.calls,
    faults: state.faults,
    inject: (update) => inject(state, update),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function route(
  state: TelegramState,
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
) {
  const path = decodePath((request.url ?? '').split('?')[0] ?? '')
  const { headers, method = 'GET', socket } = request
  const foreign = refuseRemote({ method, path, headers, names, port: socket.localPort ?? 0 })
  if (foreign) reply(response, refusal(foreign))
  else if (path.startsWith('/bot')) await answerBotApi(state, request, response, path)
  else if (path.startsWith('/file/bot')) serveFile(state, path, response)
  else if (path.startsWith('/sandbox/')) await answerControl(state, request, response, path)
  else if (method !== 'GET' || !(await servePage(path, response)))
    reply(response, refusal('not-found'))
}

/** Some libraries write the colon of a token as %3A. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** A bug of the sandbox must be seen in the bot's log, not guessed from a dead socket. */
function confess(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return
  const description = `Internal Server Error: the sandbox failed: ${String(error)}`
  reply(response, { status: 500, body: { ok: false, error_code: 500, description } })
}

function playerOf(players: Map<number, ChatPlayer>, userId: number): ChatPlayer {
  const player = players.get(userId)
  if (player) return player
  throw new Error(`the sandbox has no user ${userId}; it has ${[...players.keys()].join(', ')}`)
}
