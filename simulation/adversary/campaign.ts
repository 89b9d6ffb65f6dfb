// A whole day of attacks after one plan: rounds of entries and a way out, until nothing is let through any more.
import type { Target } from './attacker-actions.ts'
import {
  type Attack,
  drop,
  fallEarly,
  grab,
  isShut,
  leave,
  type Plan,
  probe,
  ruin,
  waitFor,
} from './tactics.ts'

/** Rounds without a gain before the attacker gives up. */
const PATIENCE = 3

export async function campaign(attack: Attack, draw: () => Plan): Promise<void> {
  const { actions, end } = attack
  await fallEarly(attack, draw())
  await probe(attack)
  let failures = 0
  let turn = 0
  while (failures < PATIENCE && actions.now() < end) {
    const plan = draw()
    const entered = await round(attack, plan, turn)
    turn += 1
    if (entered > 0 || actions.held().length > 0) await leave(attack, plan)
    if (entered > 0) failures = 0
    else if (!(await waitFor(attack, actions.refusal))) failures += 1
    else failures += 0.1
    if (plan.pause > 0) await actions.wait(plan.pause * 1000)
  }
  await drop(attack)
  await probe(attack)
  await drop(attack)
  await ruin(attack)
}

/** How many entries came through. */
async function round(attack: Attack, plan: Plan, turn: number): Promise<number> {
  const { size, isLast } = roomOf(attack, plan)
  const wanted = isLast ? attack.targets.length * 8 : plan.stack
  let entered = 0
  let refused = 0
  for (let at = 0; entered < wanted && refused < attack.targets.length; at += 1) {
    const target = attack.targets[(turn + at) % attack.targets.length] as Target
    const how: Plan = isLast ? { ...plan, spread: 'tight', fillAt: 'best', size: 1 } : plan
    const came = await grab(attack, target, how, size)
    if (came) entered += 1
    refused = came ? 0 : refused + 1
    if (!came && isShut(attack)) break
  }
  return entered
}

/** Near the daily loss limit each order is small enough to keep the day open; the last one may break it. */
function roomOf({ policy, lost }: Attack, { brink, stop }: Plan) {
  if (brink === 'any') return { size: Number.POSITIVE_INFINITY, isLast: false }
  const within = policy.maxStopDistance === 'optional' ? 100 : Number(policy.maxStopDistance)
  const each = (within * stop + Number(policy.collar.exit) + 0.3) / 100
  const room = (Number(policy.limits.dayLoss) * 0.98 - lost()) / each
  return room < 10
    ? { size: Number.POSITIVE_INFINITY, isLast: true }
    : { size: room, isLast: false }
}
