// Shuts what Node's flags leave open, before any other code is loaded. Whoever started this process behind walls says where
// it may connect to, and what it may begin, in a variable that is gone before the first dependency runs. A thread of it is
// begun with this file, too.
import { environment } from '../terminal/config.ts'
import { guardOutgoing, type Outgoing } from './outgoing.ts'
import { RULES, type Rules } from './rules.ts'
import { sealLeaks } from './sealed.ts'
import { sealStarts } from './sealed-starts.ts'

const rules = environment[RULES]
delete environment[RULES]
let walls: Outgoing | null = null
if (process.permission !== undefined && rules !== undefined) {
  const { starts, outgoing } = JSON.parse(rules) as Rules
  const inThread = JSON.stringify({ starts: {}, outgoing } satisfies Rules)
  sealStarts(starts, { ...environment, [RULES]: inThread })
  sealLeaks()
  walls = guardOutgoing(outgoing)
}

let taken: 'no' | 'yes' = 'no'

/** Gives the function that allows more addresses, once. Throws at a second call: somebody else may have it already. */
export function takeOutgoing(): Outgoing | null {
  if (taken === 'yes') throw new Error('the walls were taken by other code than Keyside')
  taken = 'yes'
  return walls
}
