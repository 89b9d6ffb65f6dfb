// keyside requests: what the chat would have the policy allow more. Only here, at the device, it is accepted.
import {
  acceptLoosening,
  dropLoosening,
  type NumberedRequest,
  policyWithLoosening,
  waitingRequests,
} from '@keyside/executor'
import { KeysideError, keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { takerFeeAt } from '../home/venue-info.ts'
import { inForceLine } from '../programs/policy-in-force.ts'
import { changeLines, comparedLines, waitingLines } from '../terminal/policy-report.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireYes } from '../terminal/prompt.ts'

export function addRequests(program: Command): void {
  const requests = program
    .command('requests')
    .description('what the chat asks for that allows more: list, accept, drop')
    .addHelpText('after', '\nExample:\n  keyside requests accept 3')
  requests
    .command('list', { isDefault: true })
    .description('what waits, and what it would change')
    .option('--json', 'for a program', false)
    .action(list)
  requests
    .command('accept <number>')
    .description(
      'write it into policy.yaml and accept that: it counts when the loosening delay is over',
    )
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside requests accept 3')
    .action(accept)
  requests
    .command('drop <number>')
    .description('nothing changes, and the chat is told')
    .addHelpText('after', '\nExample:\n  keyside requests drop 3')
    .action(drop)
}

function list({ json }: { json: boolean }): void {
  const requests = waitingRequests(files())
  if (json) printJson({ requests })
  else if (requests.length === 0) print('Nothing waits.')
  else print(...listLines(requests))
}

function listLines(requests: readonly NumberedRequest[]): string[] {
  const rows = requests.map(({ number, setting, to, at }) => [
    String(number),
    setting,
    to,
    timeOf(at),
  ])
  return [
    ...table(rows),
    '',
    ...requests.flatMap(detailLines),
    'keyside requests accept NUMBER, or drop NUMBER.',
  ]
}

function detailLines({ number }: NumberedRequest): string[] {
  try {
    const { state } = policyWithLoosening(files(), number, systemClock.now())
    return [`${number}:`, ...changeLines(state), '']
  } catch (error) {
    if (!(error instanceof KeysideError)) throw error
    return [`${number}: ${error.message}`, '']
  }
}

async function accept(text: string, { yes }: { yes: boolean }): Promise<void> {
  const number = Number(text)
  const { state } = policyWithLoosening(files(), number, systemClock.now())
  print(...changeLines(state), ...comparedLines(state, takerFeeAt(keysideHome())), '')
  if (!yes)
    await requireYes(
      'Type yes to accept this policy: ',
      'nothing was changed, and the request still waits',
    )
  const accepted = acceptLoosening(files(), number, systemClock.now())
  if (accepted.state === 'accepted')
    return print(await inForceLine(keysideHome(), accepted.hash, systemClock))
  print('Accepted. It allows more, so it does not count yet.', ...waitingLines(accepted))
}

function drop(text: string): void {
  dropLoosening(files(), Number(text))
  print('Dropped: nothing changes. The chat is told.')
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function files(): { home: string; database: string; policy: string } {
  const home = keysideHome()
  const { database, policy } = executorSection(home)
  return { home, database, policy }
}
