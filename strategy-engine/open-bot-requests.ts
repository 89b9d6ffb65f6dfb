// Composes what the bot of this home may ask of its engine.
import { type Clock, type Logger, readText } from '@keyside/runtime'
import type { EngineConfig } from './config.ts'
import { planTrouble } from './plan-trouble.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Plans } from './publish/plans.ts'
import type { Message } from './publish/retained-messages.ts'
import type { Signer } from './publish/signer.ts'
import type { Steps } from './slices.ts'
import type { StrategyFolder } from './strategy-folder.ts'
import { BotRequests } from './trials/bot-requests.ts'
import { backtestInWorker } from './trials/in-worker.ts'
import type { TrialFiles } from './trials/trial-files.ts'
import { Trials } from './trials/trials.ts'

export interface BotRequestsParts {
  readonly bot: NonNullable<EngineConfig['bot']>
  readonly exchange: EngineConfig['exchange']
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly files: TrialFiles
  readonly folder: StrategyFolder
  readonly outbox: Outbox
  readonly signer: Signer
  readonly manager: {
    readonly plans: Plans
    scan(): void
    work(steps: Steps): void
  }
  readonly isProgram: (stream: string) => boolean
  readonly send: (message: Message) => void
  readonly clock: Clock
  readonly log: Logger
}

/** How long the exchange may take for candles, ms: the bot waits for half a minute in all. */
const TIMEOUT_MS = 12_000
/** A thread has to begin, and one answer more may be under way. */
const READY_MS = TIMEOUT_MS + 6_000

export function openBotRequests(parts: BotRequestsParts): BotRequests {
  const { home, files, folder, outbox, manager, clock, exchange } = parts
  const source = {
    home,
    own: files.path,
    exchange: exchange.name,
    address: exchange.address ?? null,
    proxy: exchange.proxy ?? null,
    timeoutMs: TIMEOUT_MS,
  }
  const trials = new Trials({
    files,
    inForce: () => folder.inForce,
    readText,
    scan: () => manager.scan(),
    outbox,
    trouble: (stream) => planTrouble(stream, outbox.stream(stream.name), manager.plans),
    isProgram: parts.isProgram,
    backtest: (strategy) => {
      const task = { strategy, source, now: clock.now() }
      return backtestInWorker(task, { clock, readyMs: READY_MS })
    },
  })
  return new BotRequests({ ...parts, trials, work: (steps) => manager.work(steps) })
}
