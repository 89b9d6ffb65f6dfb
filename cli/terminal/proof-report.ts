// What a proof of an exchange costs, sees and leaves, and what is proved of each, in lines.
import {
  CLAIMS,
  type ClaimName,
  type Evidence,
  type Plan,
  type ProofRun,
  type Standing,
  type StepResult,
  type VenueName,
} from '@keyside/executor'
import { table } from './print.ts'

interface ProofPlace {
  readonly market: string
  readonly network: 'testnet' | 'live'
  readonly address: string | null
}

const TIME =
  'It takes a few minutes, and up to ten more until a stop triggers; Ctrl-C ends it, and what it has bought is sold then too.'

export function planLines(venue: string, { market, network, address }: ProofPlace, plan: Plan) {
  const { steps, amount, base, quote, bound, cost, money } = plan
  const where = address === null ? venue : `${venue} at ${address}`
  const kind =
    money === 'sandbox' ? 'the sandbox' : network === 'testnet' ? 'its test network' : 'REAL MONEY'
  const rows = steps.map(({ does, cost: one }) => [
    one === '0' ? 'nothing' : `${one} ${quote}`,
    does,
  ])
  return [
    `${where}, ${kind}; market ${market}, ${amount} ${base} an order.`,
    '',
    ...table([['at most', 'what is done'], ...rows]),
    '',
    `At most ${bound} ${quote} is bound at a time, and ${cost} ${quote} lost, besides what the price does while the coins are held.`,
    'The executor, when it runs again, may tell these trades as activity that is not its own.',
    TIME,
  ]
}

export function stepLines({ found }: StepResult): readonly string[] {
  return [
    ...table(found.map(({ claim, outcome, seen }) => [`  ${outcome}`, claim, seen])),
    ...(found.length === 0 ? ['  nothing could be seen'] : []),
  ]
}

export function runLines({ proof, stopped, left }: ProofRun, file: string): readonly string[] {
  const claims = Object.entries(proof.claims)
  const failed = claims.filter(([, { outcome }]) => outcome === 'failed').map(([claim]) => claim)
  return [
    '',
    ...(stopped === null ? [] : [`Stopped: ${stopped}.`]),
    left.length === 0 ? 'Nothing is left open or held.' : 'Left:',
    ...left.map((words) => `  ${words}`),
    `${claims.length - failed.length} claims proved, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}.`,
    `On file: ${file}`,
  ]
}

export interface ClaimRow {
  readonly claim: ClaimName
  readonly venues: Readonly<Record<string, Standing>>
}

const MEANING: Readonly<Record<Evidence, string>> = {
  none: 'nothing shows it',
  sandbox: "this project's own imitation of the exchange shows it, and no more",
  recorded: 'the readers have read what the exchange once answered to others',
  testnet: 'its test network has shown it to you, with this very code, in the last 90 days',
  live: 'it has shown it to you with real money, with this very code, in the last 90 days',
}

/** `own`: where this home trades. */
export function standingLines(rows: readonly ClaimRow[], own: VenueName | null): readonly string[] {
  const venues = Object.keys(rows[0]?.venues ?? {})
  const cells = rows.map(({ claim, venues: standings }) => [
    claim,
    ...venues.map((venue) => wordOf(standings[venue])),
  ])
  const words = new Set(rows.flatMap((row) => Object.values(row.venues)).map((one) => one.evidence))
  const meanings = Object.entries(MEANING).filter(([word]) => words.has(word as Evidence))
  return [
    ...table([['claim', ...venues], ...cells]),
    '',
    ...table(meanings.map(([word, meaning]) => [word, meaning])),
    ...(own === null ? [] : consequences(rows, own)),
  ]
}

function wordOf(standing: Standing | undefined): string {
  if (standing === undefined) return ''
  return standing.failed === null ? standing.evidence : 'FAILED'
}

function consequences(rows: readonly ClaimRow[], own: VenueName): readonly string[] {
  const open = rows.filter(({ venues }) => {
    const { evidence, failed } = venues[own] ?? { evidence: 'none', failed: null }
    return failed !== null || (evidence !== 'live' && evidence !== 'testnet')
  })
  if (open.length === 0) return ['', `${own}, where this home trades, has shown all of it.`]
  const advice = new Map<string, ClaimName[]>()
  for (const { claim } of open) {
    const { unproved } = CLAIMS[claim]
    advice.set(unproved, [...(advice.get(unproved) ?? []), claim])
  }
  return [
    '',
    `What follows from what ${own}, where this home trades, has not shown itself:`,
    ...[...advice].map(([what, claims]) => `  ${what} (${claims.join(', ')})`),
    `"keyside venue prove ${own} --testnet" or "--live-least" asks it. What each claim says: docs/venues.md`,
  ]
}
