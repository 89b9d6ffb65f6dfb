// A bot without Telegram: keeps every report by its number, asks for those it lacks, and answers orders.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Answer,
  type Approval,
  commandTopic,
  HOME,
  type Instruction,
  keyring,
  presenceTopic,
  type ReportEvent,
  reportTopic,
  seconds,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  createLog,
  newJti,
  openLink,
  readSecret,
  readSigningKey,
  systemRandomBytes,
} from '@keyside/runtime'
import { parse } from 'yaml'
import { until } from './test-system.ts'

export interface ScriptedBot {
  /** By number. */
  readonly reports: ReadonlyMap<number, ReportEvent>
  /** What cannot be: two reports with one number, a message that does not open. */
  readonly complaints: readonly string[]
  /** Called for each report that is new. */
  onReport: (event: ReportEvent) => void
  /** Called when the device's presence is online. */
  onOnline: () => void
  answer(order: string, answer: Approval['answer']): Promise<void>
  ask(instruction: Instruction): Promise<Answer>
  /** Asks for what is missing until there is no hole. */
  catchUp(): Promise<void>
  close(): Promise<void>
}

const USER = 'telegram:1001'
const DEVICE = 'device'

export async function scriptedBot(home: string): Promise<ScriptedBot> {
  const config = parse(readFileSync(join(home, 'config.yaml'), 'utf8')).bot
  const key = readSigningKey(join(home, 'bot/bot.key'))
  const pins = keyring([
    { key: publicKey(config.devices.main.key), issuer: DEVICE, kinds: ['report', 'presence'] },
  ])
  const reports = new Map<number, ReportEvent>()
  const complaints: string[] = []
  const received = (topic: string, token: string) => {
    const isReport = topic === reportTopic(DEVICE)
    const audience = isReport ? 'bot' : HOME
    const kinds = ['report', 'presence'] as const
    const verified = verify(token, pins, { kinds, audience, now: seconds(Date.now()), topic })
    if (!verified.ok) return void complaints.push(`${verified.code} on ${topic}`)
    if (verified.kind === 'presence') return verified.claims.state === 'online' && bot.onOnline()
    const { seq, event } = verified.claims
    const known = reports.get(seq)
    if (known === undefined) {
      reports.set(seq, event)
      return bot.onReport(event)
    }
    if (JSON.stringify(known) !== JSON.stringify(event))
      complaints.push(`report ${seq} was told in two ways`)
  }
  const link = openLink({
    url: config.devices.main.broker.url,
    clientId: 'bot',
    token: readSecret(join(home, 'bot/bot.token')),
    subscribe: [reportTopic(DEVICE), presenceTopic(HOME, DEVICE)],
    onMessage: (topic, token) => void received(topic, token),
    log: createLog({ program: 'bot', level: 'silent' }),
  })
  const command = async (instruction: Instruction) => {
    const claims = { ...registered(), instruction }
    await link.publish(commandTopic(DEVICE), sign('command', claims, key))
    return claims.jti
  }
  const bot: ScriptedBot = {
    reports,
    complaints,
    onReport: () => undefined,
    onOnline: () => undefined,
    answer: (order, answer) =>
      link.publish(commandTopic(DEVICE), sign('approval', { ...registered(), order, answer }, key)),
    ask: async (instruction) => {
      const to = await command(instruction)
      return until(`an answer to ${instruction.do}`, () => answerTo(reports, to))
    },
    catchUp: () => fillHoles(reports, command),
    close: () => link.close(),
  }
  await link.ready
  return bot
}

function registered() {
  const iat = seconds(Date.now())
  return { iss: 'bot', aud: DEVICE, iat, exp: iat + 30, jti: newJti(systemRandomBytes), sub: USER }
}

function answerTo(reports: ReadonlyMap<number, ReportEvent>, to: string): Answer | undefined {
  for (const event of reports.values())
    if (event.type === 'answer' && event.to === to) return event.answer
  return undefined
}

async function fillHoles(
  reports: ReadonlyMap<number, unknown>,
  command: (instruction: Instruction) => Promise<unknown>,
): Promise<void> {
  for (let hole = firstHole(reports); hole !== null; hole = firstHole(reports)) {
    const missing = hole
    await command({ do: 'replay', after: missing - 1 })
    await until(`report ${missing}`, () => reports.has(missing))
  }
}

/** The first number that is not there, below one that is. */
function firstHole(reports: ReadonlyMap<number, unknown>): number | null {
  const last = Math.max(0, ...reports.keys())
  for (let seq = 1; seq < last; seq += 1) if (!reports.has(seq)) return seq
  return null
}
