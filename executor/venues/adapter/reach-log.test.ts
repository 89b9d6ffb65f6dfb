// What stands in the log of an outage: its beginning and its end, once each.
import { expect, test } from 'vitest'
import { ReachLog } from './reach-log.ts'

function logged() {
  const lines: string[] = []
  const log = new ReachLog({
    info: (line: string) => void lines.push(line),
    warn: ({ reason }: { reason: string }, line: string) => void lines.push(`${line}: ${reason}`),
  } as ConstructorParameters<typeof ReachLog>[0])
  return { log, lines }
}

test('a start at which every connection is answered says nothing', () => {
  const { log, lines } = logged()
  for (const connection of ['normal', 'urgent']) log.note(connection, 'yes', '')
  expect(lines).toEqual([])
})

test('an outage is said once, whichever connection meets it, and its end once all are answered', () => {
  const { log, lines } = logged()
  log.note('urgent', 'no', 'timeout')
  log.note('normal', 'no', 'refused')
  log.note('urgent', 'yes', '')
  expect(lines).toEqual(['the exchange does not answer: timeout'])
  log.note('normal', 'yes', '')
  log.note('urgent', 'yes', '')
  expect(lines.slice(1)).toEqual(['the exchange answers again'])
})
