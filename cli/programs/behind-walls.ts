// Shuts what Node's flags leave open, before any other code is loaded. Whoever started this process behind walls says where
// it may connect to, in a variable that is gone before the first dependency runs.
import { environment } from '../terminal/config.ts'
import { guardOutgoing, OUTGOING, type Outgoing } from './outgoing.ts'
import { sealLeaks } from './sealed.ts'

const rules = environment[OUTGOING]
delete environment[OUTGOING]
let walls: Outgoing | null = null
if (process.permission !== undefined && rules !== undefined) {
  sealLeaks()
  walls = guardOutgoing(rules.split('\n'))
}

let taken: 'no' | 'yes' = 'no'

/** Once, by the first who asks: with it more addresses can be allowed. Throws for a second, who cannot trust the walls. */
export function takeOutgoing(): Outgoing | null {
  if (taken === 'yes') throw new Error('the walls were taken by other code than Keyside')
  taken = 'yes'
  return walls
}
