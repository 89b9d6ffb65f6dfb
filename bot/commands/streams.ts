// /streams: what each stream may use and uses, when it was last heard, what it has brought; and buttons that pause it.
import { type Answer, type Instruction, shownStream } from '@keyside/protocol'
import { whileBusy } from '@keyside/runtime'
import { type Proposal, sayWithMenu } from '../buttons/question.ts'
import type { DeviceReply } from '../device/device.ts'
import { readDevice } from '../store/device.ts'
import type { Owner } from '../store/owner.ts'
import { say } from '../store/say.ts'
import { silentText } from '../texts/events.ts'
import { type StreamRow, streamsText } from '../texts/streams.ts'
import { look } from './look-button.ts'
import type { CommandDeps } from './run.ts'

/** Rows of buttons below one message. */
const MAX_BUTTONS = 10

/** Each device is asked three questions at once, and gets a reply of its own. */
export async function showStreams(deps: CommandDeps, owner: Owner): Promise<void> {
  await Promise.all(deps.devices.map((asked) => showAt(deps, asked, owner)))
}

async function showAt(
  deps: CommandDeps,
  { name, device }: CommandDeps['devices'][number],
  owner: Owner,
): Promise<void> {
  const ask = (instruction: Instruction) => device.ask(instruction, owner.user)
  const replies = await Promise.all([
    ask({ do: 'status' }),
    ask({ do: 'limits' }),
    ask({ do: 'results', by: 'stream' }),
  ])
  if (replies.some(({ outcome }) => outcome === 'stopped')) return
  const [status, limits, results] = replies.map(answerOf)
  const now = deps.clock.now()
  const tell = () => {
    if (status?.about !== 'status' || limits?.about !== 'limits')
      return say(deps, owner, silentText(readDevice(deps.store, name).heard, now), { device: name })
    const rows = rowsOf(status, limits, results?.about === 'results' ? results : null)
    const text = streamsText(rows, { currency: limits.currency, now, left: status.more })
    return sayWithMenu(deps, owner, { text, rows: buttonsOf(rows, name), device: name })
  }
  await whileBusy(tell, deps.clock)
}

function answerOf(reply: DeviceReply): Answer | null {
  return reply.outcome === 'answered' ? reply.answer : null
}

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

function rowsOf(
  status: About<'status'>,
  limits: About<'limits'>,
  results: About<'results'> | null,
): StreamRow[] {
  return status.streams.map(({ stream, market, seq, headAgeMs, plan, position, last }) => {
    const use = limits.streams.find((one) => one.stream === stream)
    const record = results?.rows.find(
      ({ key, currency }) => key === stream && currency === limits.currency,
    )
    const isPaused = status.pauses.some(({ of, name }) => of === 'stream' && name === stream)
    return {
      stream,
      market,
      seq,
      headAgeMs,
      plan,
      position,
      last,
      paused: isPaused ? 'yes' : 'no',
      use: use ?? null,
      record: record ?? null,
    }
  })
}

function buttonsOf(rows: readonly StreamRow[], device: string): Proposal[][] {
  return rows.slice(0, MAX_BUTTONS).map(({ stream, paused, use }) => {
    const name = shownStream(stream)
    const pause =
      paused === 'yes'
        ? look(`Resume ${name}`, device, { do: 'resume', what: stream })
        : look(`Pause ${name}`, device, { do: 'pause', what: stream })
    if (use === null || use.used === '0') return [pause]
    return [pause, look('Close', device, { do: 'close', what: stream, percent: 100 })]
  })
}
