// What stands in the log of an outage: its beginning and its end, once each.
import { expect, test } from 'vitest'
import { OutageLog } from './outage-log.ts'

function logged() {
  const lines: string[] = []
  const log = new OutageLog({
    info: (line: string) => void lines.push(line),
    warn: ({ reason }: { reason: string }, line: string) => void lines.push(`${line}: ${reason}`),
  } as ConstructorParameters<typeof OutageLog>[0])
  return { log, lines }
}

test('a start at which every connection is answered says nothing', () => {
  const { log, lines } = logged()
  for (const connection of ['normal', 'urgent']) log.observe(connection, 'yes', '')
  expect(lines).toEqual([])
})

test('an outage is said once, whichever connection meets it, and its end once all are answered', () => {
  const { log, lines } = logged()
  log.observe('urgent', 'no', 'timeout')
  log.observe('normal', 'no', 'refused')
  log.observe('urgent', 'yes', '')
  expect(lines).toEqual(['the exchange does not answer: timeout'])
  log.observe('normal', 'yes', '')
  log.observe('urgent', 'yes', '')
  expect(lines.slice(1)).toEqual(['the exchange answers again'])
})
