// Describes the policy in force and its daily bound, for keyside policy and for restored journals.
import { type DailyBound, dailyBound, type PolicyState } from '@keyside/executor'
import { table } from './print.ts'

/** `takerFee` in percent, of a trader without a discount. */
export function boundOf(policy: PolicyState['policy'], takerFee: string): DailyBound {
  return dailyBound(policy, takerFee)
}

const WORDS = {
  accepted: 'This policy is accepted.',
  waits: 'This policy is accepted, and it is not in force yet.',
  changed:
    'policy.yaml differs from the accepted one: an executor that runs goes on with that, and none starts until you run "keyside policy accept".',
  wants_more:
    'policy.yaml allows more than the accepted one, which stays in force, over restarts too, until you run "keyside policy accept".',
  never_accepted: 'No policy was accepted yet: run "keyside policy accept".',
}

export function stateLines(found: PolicyState): string[] {
  const state = found.state === 'changed' && found.starts ? 'wants_more' : found.state
  return [WORDS[state], ...waitingLines(found), ...fromChatLines(found)]
}

/** What the chat has lowered: it is in force, whatever the file says. */
function fromChatLines({ fromChat }: PolicyState): string[] {
  if (fromChat.length === 0) return []
  const rows = fromChat.map(({ setting, from, to }) => [setting, `${from} -> ${to}`])
  return [
    '',
    'Lowered from the chat, and in force until a policy is accepted here again:',
    ...table(rows),
  ]
}

/** When an accepted policy waits: from when on it counts, and what can be had at once. */
export function waitingLines({ waiting, state }: PolicyState): string[] {
  if (waiting === null) return []
  const since = `It was accepted on ${timeOf(waiting.acceptedAt)}.`
  if (state === 'changed')
    return [
      `Another policy waits: it was accepted on ${timeOf(waiting.acceptedAt)} and would be in force from ${timeOf(waiting.due)}.`,
      'Accepting this file takes its place.',
    ]
  return [
    `${since} Until ${timeOf(waiting.due)} the older policy is in force; then this one is, by itself.`,
    'What it tightens does not count before either. To have that at once, accept a file that only tightens.',
  ]
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** What can be taken and lost in a day, in force and with the file. Nothing where the two do not differ. */
export function comparedLines(
  { inForce, policy, changes }: PolicyState,
  takerFee: string,
): string[] {
  if (inForce === null || changes.length === 0) return []
  const [before, after] = [boundOf(inForce, takerFee), boundOf(policy, takerFee)]
  const rows = [
    ['', 'in force now', 'with this file'],
    [
      'taken in a day at most',
      `${before.taken} ${before.currency}`,
      `${after.taken} ${after.currency}`,
    ],
    [
      'lost in a day at most',
      `${before.most} ${before.currency}`,
      `${after.most} ${after.currency}`,
    ],
  ]
  return ['', ...table(rows)]
}

/** From the policy in force to the file, line by line. */
export function changeLines({ inForce, changes }: PolicyState): string[] {
  if (inForce === null)
    return ['It is the first policy here: there is nothing yet to compare it with.']
  const rows = changes.map(({ setting, effect, from, to }) => [
    effect.toUpperCase(),
    setting,
    `${from ?? 'nothing'} -> ${to ?? 'nothing'}`,
  ])
  return rows.length === 0 ? ['Nothing changes.'] : table(rows)
}
