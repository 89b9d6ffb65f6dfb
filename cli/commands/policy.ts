// keyside policy: what a signal may do at most. Only here, at the device, can it be loosened.
import {
  acceptPolicy,
  dailyBound,
  type PolicyState,
  policyState,
  printBound,
  settings,
} from '@keyside/executor'
import { keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { ask } from '../ask.ts'
import { executorSection } from '../home-keychain.ts'
import { print, printJson, table } from '../print.ts'
import { EXIT } from '../run-program.ts'

/** Binance's highest spot fee, percent: the bound is for a trader without a discount. */
const TAKER_FEE_PERCENT = '0.1'

export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('what a signal may do on this device at most')
  const command = (name: string, description: string) =>
    policy
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside policy ${name}`)
  command('show', 'every setting of policy.yaml, and the most that can be lost in a day')
    .option('--json', 'for a program', false)
    .action(show)
  command('check', 'read policy.yaml, and say what accepting it would change').action(check)
  command('bound', 'the most that can be lost in a day under policy.yaml, term by term')
    .option('--json', 'for a program', false)
    .action(({ json }: { json: boolean }) => {
      const bound = dailyBound(read().policy, TAKER_FEE_PERCENT)
      if (json) printJson(bound)
      else print(printBound(bound))
    })
  command('accept', 'put policy.yaml into force: at once what tightens, later what allows more')
    .option('--yes', 'do not ask', false)
    .action(accept)
}

function show({ json }: { json: boolean }): void {
  const found = read()
  const { state, policy } = found
  const rows = settings(policy).map(({ name, text }) => [name, text] as const)
  const bound = dailyBound(policy, TAKER_FEE_PERCENT)
  if (json) printJson({ ...forProgram(found), settings: Object.fromEntries(rows), bound })
  else print(...table(rows), '', printBound(bound), '', WORDS[state], ...waitingLines(found))
}

function check(): void {
  const found = read()
  const words = [WORDS[found.state], ...waitingLines(found)]
  print('policy.yaml is in order.', '', ...changeLines(found), '', ...words)
  process.exitCode = ['accepted', 'waits'].includes(found.state) ? EXIT.ok : EXIT.refused
}

async function accept({ yes }: { yes: boolean }): Promise<void> {
  const found = read()
  if (found.state === 'accepted' || found.state === 'waits')
    return print(WORDS[found.state], ...waitingLines(found))
  print(...changeLines(found), '', ...boundLines(found), '')
  if (!yes && (await ask('Type yes to accept this policy: ')) !== 'yes')
    return print('Nothing was changed.')
  const accepted = acceptPolicy(files(), systemClock.now())
  if (accepted.state === 'accepted')
    return print('Accepted. It is in force from the next start of the executor.')
  print('Accepted. It allows more, so it does not count yet.', ...waitingLines(accepted))
}

const WORDS = {
  accepted: 'This policy is accepted.',
  waits: 'This policy is accepted, and it is not in force yet.',
  changed:
    'It differs from the accepted one: the executor does not start until you run "keyside policy accept".',
  never_accepted: 'No policy was accepted yet: run "keyside policy accept".',
}

/** Said wherever the file is not yet what counts: from when on it does, and what can be had at once. */
function waitingLines({ waiting, state }: PolicyState): string[] {
  if (waiting === null) return []
  const since = `It was accepted on ${timeOf(waiting.acceptedAt)}.`
  if (state === 'changed')
    return [
      `Another policy waits: it was accepted on ${timeOf(waiting.acceptedAt)} and would be in force from ${timeOf(waiting.due)}.`,
      'Accepting this file takes its place.',
    ]
  return [
    `${since} Until ${timeOf(waiting.due)} the older policy is in force; this one is from the first start after that.`,
    'What it tightens does not count before either. To have that at once, accept a file that only tightens.',
  ]
}

/** What can be taken in a day, before and after. */
function boundLines({ inForce, policy }: PolicyState): string[] {
  const after = dailyBound(policy, TAKER_FEE_PERCENT)
  const lines = [printBound(after)]
  if (inForce === null) return lines
  const before = dailyBound(inForce, TAKER_FEE_PERCENT)
  const { currency } = before
  const rows = [
    ['', 'in force now', 'with this file'],
    ['taken in a day at most', `${before.taken} ${currency}`, `${after.taken} ${after.currency}`],
    ['lost in a day at most', `${before.most} ${currency}`, `${after.most} ${after.currency}`],
  ]
  return [...lines, '', ...table(rows)]
}

function forProgram({ state, waiting }: PolicyState) {
  const times = waiting && { acceptedAt: waiting.acceptedAt, due: waiting.due }
  return { state, waiting: times }
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function changeLines({ changes }: PolicyState): string[] {
  const rows = changes.map(({ setting, effect, from, to }) => [
    effect.toUpperCase(),
    setting,
    `${from ?? 'nothing'} -> ${to ?? 'nothing'}`,
  ])
  return rows.length === 0 ? ['Nothing changes.'] : table(rows)
}

function read(): PolicyState {
  return policyState(files(), systemClock.now())
}

function files(): { home: string; database: string; policy: string } {
  const home = keysideHome()
  const { database, policy } = executorSection(home)
  return { home, database, policy }
}
