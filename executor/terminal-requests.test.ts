// Requests of the terminal beside a running executor: real files, a clock that is turned by hand, no watching.
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Input } from './core/execution/inputs.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from './core/model/state.ts'
import { askForUnhalt, readAnswer, unhaltFile } from './halt-file.ts'
import { askForHalt, haltFile, readHalt } from './halt-request.ts'
import { answerTerminal } from './terminal-requests.ts'

const NOW = 1_790_000_000_000

let home = ''
let portfolio: Portfolio = EMPTY_PORTFOLIO
let disk: 'good' | 'full' = 'good'
let inputs: Input[] = []
let look = () => {}
let stop = () => {}
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-requests-'))
  portfolio = EMPTY_PORTFOLIO
  disk = 'good'
  inputs = []
})
afterEach(() => {
  stop()
  rmSync(home, { recursive: true })
})

function start(): void {
  stop = answerTerminal({
    home,
    session: 'session',
    portfolio: () => portfolio,
    log: { warn: () => undefined },
    clock: {
      now: () => NOW,
      after: () => () => undefined,
      every: (_ms, run) => {
        look = run
        return () => undefined
      },
    },
    take: (input) => {
      inputs.push(input)
      if (disk === 'full') return
      if (input.type === 'halt')
        portfolio = { ...portfolio, trading: 'halted', onHalt: input.positions ?? 'keep' }
      if (input.type === 'unhalt') portfolio = { ...portfolio, trading: 'running' }
    },
  })
}

const asked = (positions: 'keep' | 'sell', id: string) =>
  askForHalt(home, { positions, now: NOW, id })
const unhalt = (at = NOW) => askForUnhalt(home, { at, by: 'terminal:me', id: 'id' })
const types = () => inputs.map(({ type }) => type)

test('a halt is taken once, and answered to whoever asked', () => {
  start()
  const text = asked('keep', 'one')
  look()
  look()
  expect(inputs).toEqual([{ type: 'halt', by: 'device', positions: 'keep' }])
  expect(readAnswer(haltFile(home), text)).toMatchObject({ session: 'session', trading: 'halted' })
})

test('a second request is answered too, and one that sells sells', () => {
  start()
  const first = asked('keep', 'one')
  look()
  const text = asked('sell', 'two')
  look()
  expect(inputs.at(-1)).toEqual({ type: 'halt', by: 'device', positions: 'sell' })
  expect(readAnswer(haltFile(home), first)).toBeNull()
  expect(readAnswer(haltFile(home), text)).toMatchObject({ positions: 'sell' })
})

test('what was left on file halts at the start', () => {
  const text = asked('keep', 'one')
  start()
  expect(readAnswer(haltFile(home), text)).toMatchObject({ trading: 'halted' })
})

test('a halt that the journal did not take is not answered, and taken again', () => {
  disk = 'full'
  start()
  const text = asked('keep', 'one')
  look()
  expect(readAnswer(haltFile(home), text)).toBeNull()
  disk = 'good'
  look()
  expect(readAnswer(haltFile(home), text)).toMatchObject({ trading: 'halted' })
})

test('an empty file halts as well', () => {
  start()
  writeFileSync(haltFile(home), '')
  look()
  expect(types()).toEqual(['halt'])
})

test('the end of a halt takes the request away, and is answered', () => {
  start()
  asked('keep', 'one')
  look()
  const text = unhalt()
  look()
  expect(inputs.at(-1)).toEqual({ type: 'unhalt', by: 'terminal:me' })
  expect(readAnswer(unhaltFile(home), text)).toMatchObject({ trading: 'running' })
  expect([haltFile(home), unhaltFile(home)].filter((file) => existsSync(file))).toEqual([])
})

test('a halt that comes at the same time wins', () => {
  start()
  asked('keep', 'one')
  look()
  const text = unhalt()
  asked('keep', 'two')
  look()
  expect(types()).toEqual(['halt', 'halt'])
  expect(readAnswer(unhaltFile(home), text)).toMatchObject({ trading: 'halted' })
  expect(readHalt(haltFile(home))?.text).toContain('two')
})

test('a request for the end that is old, or was there before the start, ends nothing', () => {
  unhalt()
  start()
  asked('keep', 'one')
  look()
  unhalt(NOW - 10_001)
  look()
  expect(types()).toEqual(['halt'])
  expect(existsSync(unhaltFile(home))).toBe(false)
})

test('a request that the executor takes the moment it is there is no error to who asked', async () => {
  const taken = new Worker(
    `const { rmSync } = require('node:fs')
     const { workerData, parentPort } = require('node:worker_threads')
     parentPort.postMessage('ready')
     for (const end = Date.now() + 300; Date.now() < end; ) rmSync(workerData, { force: true })`,
    { eval: true, workerData: unhaltFile(home) },
  )
  const gone = once(taken, 'exit')
  await once(taken, 'message')
  for (const end = Date.now() + 250; Date.now() < end; )
    expect(() => askForUnhalt(home, { at: NOW, by: 'me', id: 'x' })).not.toThrow()
  await gone
})
