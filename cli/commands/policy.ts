// keyside policy: what a signal may do at most. Only here, at the device, can it be loosened.
import {
  acceptPolicy,
  dailyBound,
  type PolicyState,
  policyState,
  printBound,
  settings,
} from '@keyside/executor'
import { keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { confirm } from '../ask.ts'
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
  command('accept', 'put policy.yaml into force from the next start of the executor')
    .option('--yes', 'do not ask', false)
    .action(accept)
}

function show({ json }: { json: boolean }): void {
  const { state, policy } = read()
  const rows = settings(policy).map(({ name, text }) => [name, text] as const)
  const bound = dailyBound(policy, TAKER_FEE_PERCENT)
  if (json) printJson({ state, settings: Object.fromEntries(rows), bound })
  else print(...table(rows), '', printBound(bound), '', WORDS[state])
}

function check(): void {
  const found = read()
  print('policy.yaml is in order.', '', ...changeLines(found), '', WORDS[found.state])
  process.exitCode = found.state === 'accepted' ? EXIT.ok : EXIT.refused
}

async function accept({ yes }: { yes: boolean }): Promise<void> {
  const found = read()
  if (found.state === 'accepted') return print(WORDS.accepted)
  print(...changeLines(found), '', printBound(dailyBound(found.policy, TAKER_FEE_PERCENT)), '')
  if (!yes && !(await confirm('Accept this policy?'))) return print('Nothing was changed.')
  acceptPolicy(keysideHome(), files())
  print('Accepted. It is in force from the next start of the executor.')
}

const WORDS = {
  accepted: 'This policy is accepted.',
  changed:
    'It differs from the accepted one: the executor does not start until you run "keyside policy accept".',
  never_accepted: 'No policy was accepted yet: run "keyside policy accept".',
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
  return policyState({ home: keysideHome(), ...files() })
}

function files(): { database: string; policy: string } {
  const { database, policy } = executorSection(keysideHome())
  return { database, policy }
}
