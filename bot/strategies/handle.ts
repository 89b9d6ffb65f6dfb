// The owner's messages about strategies. Nothing here waits for the engine, so that /halt is never queued behind a backtest.

import { fitsRequest } from '@keyside/protocol'
import { whileBusy } from '@keyside/runtime'
import { Composer, type Context } from 'grammy'
import type { Message } from 'grammy/types'
import type { ButtonAction } from '../buttons/press.ts'
import { type Proposal, type QuestionDeps, sayWithMenu } from '../buttons/question.ts'
import { OLD_MS } from '../commands/parse-message.ts'
import type { Device } from '../device/device.ts'
import { readDevice } from '../store/device.ts'
import type { Store } from '../store/open.ts'
import type { Owner } from '../store/owner.ts'
import { say } from '../store/say.ts'
import { readSettings } from '../store/settings.ts'
import { tooOld } from '../texts/chat.ts'
import type { Html } from '../texts/html.ts'
import {
  droppedText,
  engineSilent,
  listText,
  mistakesText,
  noEngine,
  noFiles,
  refusedText,
  ruleTooLong,
  strategyHelp,
  strategyText,
  triedText,
  tryingText,
  yearText,
} from '../texts/strategies.ts'
import { isWatch, onceText, type PaperAccount } from '../texts/trials.ts'
import type { Ask, EngineAnswer, EngineClient } from './engine-client.ts'
import { stepsOf } from './param-steps.ts'
import { readRule, readStrategyRequest } from './read-request.ts'
import { tellOnce } from './trial-alerts.ts'
import { yearChart } from './year-chart.ts'

interface AskedDevice {
  readonly name: string
  readonly device: Pick<Device, 'ask'>
  /** Only where an engine shares the home with the bot. */
  readonly engine?: Pick<EngineClient, 'ask'> | null
}

export interface StrategyDeps extends QuestionDeps {
  readonly devices: readonly AskedDevice[]
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

/** After this long the chat says that it takes a while, ms. */
const SOON_MS = 3_000
const MAX_BUTTONS = 8

/** A rule that is sent as it is. Runs before the handler of commands, which answers any unknown message. */
export function ruleHandlers(deps: StrategyDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('message', ({ msg, from, chat }, next) => {
    const isTaken = handleRule(deps, { user: from.id, chat: chat.id }, msg)
    return isTaken ? undefined : next()
  })
  return composer
}

/** Whether the message was a rule, or a file of one. */
function handleRule(deps: StrategyDeps, owner: Owner, message: Message): boolean {
  const rule = readRule(message.text ?? message.caption ?? '')
  if (rule === null && !isStrategyFile(message)) return false
  const found = engineOf(deps)
  if (rule === null) say(deps, owner, noFiles)
  else if (found === null) say(deps, owner, noEngine)
  else if (deps.clock.now() - message.date * 1000 > OLD_MS) say(deps, owner, tooOld)
  else if (!fitsRequest(rule)) say(deps, owner, ruleTooLong)
  else deps.inBackground(askAndSay(deps, found, owner, { do: 'try', text: rule }))
  return true
}

/** `/strategies` and `/strategy`. */
export function handleStrategy(deps: StrategyDeps, owner: Owner, words: readonly string[]): void {
  const found = engineOf(deps)
  const request = readStrategyRequest(words)
  if (found === null) say(deps, owner, noEngine)
  else if (request.wants === 'help') say(deps, owner, strategyHelp)
  else if (request.wants === 'list') deps.inBackground(list(deps, found, owner))
  else {
    const ask = request.wants === 'show' ? 'strategy' : 'drop'
    deps.inBackground(askAndSay(deps, found, owner, { do: ask, name: request.name }))
  }
}

function isStrategyFile({ document }: Message): boolean {
  return /\.(?:ya?ml|ts)$/i.test(document?.file_name ?? '')
}

/** At most one of a bot's devices shares its home. */
function engineOf({ devices }: StrategyDeps): Found | null {
  for (const { name, device, engine } of devices) if (engine) return { name, device, engine }
  return null
}

interface Found extends AskedDevice {
  readonly engine: Pick<EngineClient, 'ask'>
}

/** What the device has earned with each stands beside what the engine says. */
async function list(deps: StrategyDeps, found: Found, owner: Owner): Promise<void> {
  const [answer, results] = await Promise.all([
    found.engine.ask({ do: 'strategies' }),
    found.device.ask({ do: 'results', by: 'stream' }, owner.user),
  ])
  if (answer?.do !== 'strategies')
    return reply(deps, found, owner, wordsOf(answer, { text: null, papers: [] }))
  const known =
    results.outcome === 'answered' && results.answer.about === 'results' ? results.answer : null
  const rows = answer.rows
    .slice(0, MAX_BUTTONS)
    .map(({ name }) => [{ label: name, action: SHOW_STRATEGY, data: { name } satisfies Shown }])
  await menu(deps, found, owner, listText(answer, known), rows)
}

async function askAndSay(deps: StrategyDeps, found: Found, owner: Owner, ask: Ask): Promise<void> {
  const isLong = ask.do === 'try' || ask.do === 'tune'
  const cancel = isLong
    ? deps.clock.after(SOON_MS, () => deps.inBackground(reply(deps, found, owner, tryingText)))
    : () => undefined
  const [answer, papers] = await Promise.all([found.engine.ask(ask), paperAccounts(deps, owner)])
  cancel()
  const text = ask.do === 'try' ? ask.text : null
  const words = wordsOf(answer, { text, papers })
  if (answer?.do !== 'tried' && answer?.do !== 'strategy') return reply(deps, found, owner, words)
  const buttons = [...paramButtons(answer), ...alertButtons(deps.store, answer)]
  await menu(deps, found, owner, words, buttons)
  if (answer.do !== 'tried' || isWatch(answer)) return
  const chart = yearChart(answer)
  const about = { device: found.name, ...(chart && { chart }) }
  await whileBusy(() => say(deps, owner, yearText(answer), about), deps.clock)
}

/** The trials on this bot's paper accounts; accounts that do not answer are left out. */
async function paperAccounts(
  { devices, store }: StrategyDeps,
  { user }: Owner,
): Promise<readonly PaperAccount[]> {
  const papers = devices.filter(({ name }) => readDevice(store, name).money === 'paper')
  const all = await Promise.all(
    papers.map(async ({ name, device }) => {
      const reply = await device.ask({ do: 'status' }, user)
      if (reply.outcome !== 'answered' || reply.answer.about !== 'status') return []
      const { trials: allocation = null, turnover } = reply.answer
      return [{ device: name, allocation, currency: turnover.currency }]
    }),
  )
  return all.flat()
}

interface Known {
  /** The rule as it was sent, where it was. */
  readonly text: string | null
  readonly papers: readonly PaperAccount[]
}

function wordsOf(answer: EngineAnswer | null, { text, papers }: Known): Html {
  switch (answer?.do) {
    case 'strategy':
      return strategyText(answer, papers)
    case 'tried':
      return triedText(answer, papers)
    case 'mistakes':
      return mistakesText(answer, text)
    case 'dropped':
      return droppedText(answer.name, papers)
    case 'refused':
      return refusedText(answer.code, answer.message)
    default:
      return engineSilent
  }
}

function paramButtons(
  answer: Extract<EngineAnswer, { do: 'tried' | 'strategy' }>,
): readonly Proposal[][] {
  const name = answer.do === 'tried' ? answer.streams[0] : answer.name
  return answer.params.flatMap((param) => {
    const row = stepsOf(param).map(({ label, value }) => {
      const data: Tuned = { name: name ?? '', param: param.name, value }
      return { label, action: TUNE_STRATEGY, data }
    })
    return row.length === 0 ? [] : [row]
  })
}

/** A rule with alerts alone can end with its first alert. */
function alertButtons(
  store: Store,
  answer: Extract<EngineAnswer, { do: 'tried' | 'strategy' }>,
): readonly Proposal[][] {
  if (!isWatch(answer) || (answer.do === 'strategy' && answer.from === 'device')) return []
  const streams = answer.do === 'tried' ? answer.streams : [answer.name]
  const isOnce = streams.some((name) => readSettings(store).tellOnce.includes(name))
  const data: Told = { streams, once: isOnce ? 'no' : 'yes' }
  return [[{ label: isOnce ? 'Tell me each time' : 'Tell me once', action: TELL_TRIAL, data }]]
}

function reply(deps: StrategyDeps, { name }: Found, owner: Owner, text: Html): Promise<void> {
  return whileBusy(() => say(deps, owner, text, { device: name }), deps.clock)
}

function menu(
  deps: StrategyDeps,
  found: Found,
  owner: Owner,
  text: Html,
  rows: readonly Proposal[][],
): Promise<void> {
  if (rows.length === 0) return reply(deps, found, owner, text)
  const shown = { text, rows, device: found.name }
  return whileBusy(() => sayWithMenu(deps, owner, shown), deps.clock)
}

const SHOW_STRATEGY = 'show-strategy'
const TUNE_STRATEGY = 'tune-strategy'
const TELL_TRIAL = 'tell-trial'

interface Shown {
  readonly name: string
}

interface Tuned extends Shown {
  readonly param: string
  readonly value: number
}

interface Told {
  readonly streams: readonly string[]
  readonly once: 'yes' | 'no'
}

export function strategyActions(deps: StrategyDeps): readonly [string, ButtonAction][] {
  const asking = (toast: string, ask: (data: Tuned) => Ask): ButtonAction => ({
    toast,
    run: async (data, owner) => {
      const found = engineOf(deps)
      if (found === null) say(deps, owner, noEngine)
      else await askAndSay(deps, found, owner, ask(data as Tuned))
      return null
    },
  })
  return [
    [SHOW_STRATEGY, asking('Asking your engine…', ({ name }) => ({ do: 'strategy', name }))],
    [
      TUNE_STRATEGY,
      asking('Trying it on a year…', ({ name, param, value }) => {
        return { do: 'tune', name, params: { [param]: value } }
      }),
    ],
    [TELL_TRIAL, tellAction(deps)],
  ]
}

function tellAction(deps: StrategyDeps): ButtonAction {
  return {
    toast: 'Noted',
    run: async (data, owner) => {
      const { streams, once } = data as Told
      const [trial = ''] = streams
      await whileBusy(() => {
        for (const stream of streams) tellOnce(deps.store, stream, once)
        say(deps, owner, onceText(trial, once))
      }, deps.clock)
      return null
    },
  }
}
