// A command: what the trader asks of the device from the chat. Nothing here can loosen a limit.
import { z } from 'zod'
import { registered, singleLine } from './common.ts'

const ask = <Name extends string>(name: Name) => z.strictObject({ do: z.literal(name) })
const list = <Name extends string>(name: Name) =>
  z.strictObject({ do: z.literal(name), limit: z.int().min(1).max(50) })

const instruction = z.discriminatedUnion('do', [
  ask('status'),
  ask('balance'),
  ask('positions'),
  list('orders'),
  list('trades'),
  ask('pause'),
  ask('resume'),
  /** What is held is kept, unless it says `sell`. */
  z.strictObject({ do: z.literal('halt'), positions: z.enum(['keep', 'sell']).optional() }),
  /** Send the reports again that come after number `after`. */
  z.strictObject({ do: z.literal('replay'), after: z.int().min(0) }),
])

export const command = z.strictObject({
  ...registered,
  /** Who asked, for the journal: `telegram:<numeric user id>`. */
  sub: singleLine.max(64),
  instruction,
})

export type Command = z.infer<typeof command>
export type Instruction = Command['instruction']
