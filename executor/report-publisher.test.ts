import { GENESIS, KINDS, type ReportEvent } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { systemRandomBytes } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { ReportPublisher } from './report-publisher.ts'
import { jtiOf, START } from './testing/rig.ts'

const state: ReportEvent = { type: 'state', state: 'running', by: 'me' }
const strange: ReportEvent = {
  type: 'answer',
  to: jtiOf('ask'),
  answer: {
    about: 'balance',
    rows: [{ currency: '币安人生', free: '1', used: '0', total: '1' }],
  },
}

/** A publisher whose reports and log lines are kept. */
function listened() {
  const sent: object[] = []
  const logged: object[] = []
  const publisher = new ReportPublisher({
    device: 'device',
    audience: 'bot',
    session: jtiOf('session'),
    journal: () => GENESIS,
    money: () => 'real',
    key: signingKey(new Uint8Array(32).fill(1)),
    clock: { now: () => START } as never,
    randomBytes: systemRandomBytes,
    log: { warn: (line: object) => logged.push(line) } as never,
  })
  const publish = async (_: string, token: string) => void sent.push(claimsOf(token))
  publisher.attach({ connected: () => true, publish } as never)
  return { publisher, sent, logged }
}

function claimsOf(token: string): object {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return KINDS.report.schema.parse(JSON.parse(payload))
}

test('a report that the wire cannot carry leaves a notice under its number, and the rest goes on', () => {
  const { publisher, sent, logged } = listened()
  publisher.send([
    { seq: 1, at: START, event: strange },
    { seq: 2, at: START, event: state },
  ])
  expect(sent).toMatchObject([
    { seq: 1, event: { type: 'notice', level: 'error', code: 'report_unsendable' } },
    { seq: 2, event: state },
  ])
  expect(logged).toMatchObject([{ code: 'report_unsendable', report: 1, event: 'answer' }])
})
