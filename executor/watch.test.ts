// What the executor tells by itself of its policy, with a clock that is turned by hand.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Input, LooseningEnded } from './core/execution/inputs.ts'
import { DEFAULT_POLICY } from './core/risk/policy/default.ts'
import { policyHash } from './policy/accept.ts'
import type { Acceptance, WaitingPolicy } from './policy/loosening.ts'
import { startWatching } from './watch.ts'

const NOW = 1_790_000_000_000
const LOOK = 1_000
const DAY = 86_400_000

let home = ''
let accepted: Acceptance
let followed: string[] = []
let answers: LooseningEnded[] = []
let inputs: Input[] = []
let every: { ms: number; run: () => void }[] = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-watch-'))
  writeFileSync(join(home, 'policy.yaml'), DEFAULT_POLICY)
  accepted = acceptedNow(DEFAULT_POLICY)
  followed = []
  answers = []
  inputs = []
  every = []
})
afterEach(() => rmSync(home, { recursive: true }))

function acceptedNow(text: string, waiting: WaitingPolicy | null = null): Acceptance {
  return { text, hash: policyHash(text), ended: 0, waiting, beenLive: false }
}

const wider = (): WaitingPolicy => ({
  ...acceptedNow(`${DEFAULT_POLICY}# wider`),
  acceptedAt: NOW,
  due: NOW + DAY,
})

function start(waiting: WaitingPolicy | null = null): void {
  const hash = policyHash(DEFAULT_POLICY)
  startWatching({
    policyFile: join(home, 'policy.yaml'),
    started: { file: hash, ...accepted, waiting },
    acceptance: () => accepted,
    looseningAnswers: () => answers,
    follow: ({ hash: next }) => followed.push(next),
    clock: {
      now: () => NOW,
      after: () => () => undefined,
      every: (ms, run) => {
        every.push({ ms, run })
        return () => undefined
      },
    },
    take: (input) => inputs.push(input),
  })
}

async function look(ms: number): Promise<void> {
  every.find((timer) => timer.ms === ms)?.run()
  await new Promise(setImmediate)
}

const told = () =>
  inputs.map((input) => (input.type === 'notice' ? input.notice.code : `${input.type}`))

test('another policy that was accepted is followed once, and its file is not told', async () => {
  start()
  await look(LOOK)
  expect([told(), followed]).toEqual([[], []])
  const text = `${DEFAULT_POLICY}# another`
  accepted = acceptedNow(text)
  writeFileSync(join(home, 'policy.yaml'), text)
  await look(LOOK)
  await look(LOOK)
  expect([told(), followed]).toEqual([[], [policyHash(text)]])
})

test('a file that was not accepted is told, also after another was', async () => {
  start()
  accepted = acceptedNow(`${DEFAULT_POLICY}# another`)
  writeFileSync(join(home, 'policy.yaml'), `${DEFAULT_POLICY}# a third`)
  await look(LOOK)
  expect(told()).toEqual(['policy_changed'])
})

test('a start on the accepted policy beside a file that says more is told once', async () => {
  accepted = acceptedNow(`${DEFAULT_POLICY}# the accepted one`)
  start()
  await look(LOOK)
  expect([told(), followed]).toEqual([['policy_changed'], []])
})

test('tells that an accepted policy waits, and until when: at the start, and when it is accepted', async () => {
  start(wider())
  expect(told()).toEqual(['policy_waits'])
  expect(JSON.stringify(inputs)).toContain('2026-09-22')
  inputs = []
  start()
  accepted = acceptedNow(DEFAULT_POLICY, wider())
  every.at(-1)?.run()
  every.at(-1)?.run()
  expect([told(), followed]).toEqual([['policy_waits'], []])
})

test('what the terminal made of a request is taken once, and after a start once more', async () => {
  answers = [{ number: 1, how: 'dropped', detail: '' }]
  start()
  await look(1_000)
  answers = [...answers, { number: 2, how: 'accepted', detail: 'from then' }]
  await look(1_000)
  await look(1_000)
  const ended = inputs.flatMap((input) => (input.type === 'loosening_ended' ? [input.number] : []))
  // The core takes no notice of one that waits no more.
  expect(ended).toEqual([1, 1, 2])
})

test('the same file accepted again is followed: it ends what the chat had lowered', async () => {
  start()
  accepted = { ...accepted, ended: 3 }
  await look(1_000)
  expect(followed).toEqual([policyHash(DEFAULT_POLICY)])
})
