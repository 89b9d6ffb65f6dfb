import { Retry, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Slices, type Steps, withRetry } from './slices.ts'

function open() {
  const did: string[] = []
  const slices = new Slices({
    finish: () => {
      did.push('finish')
      return undefined
    },
    onError: (error) => did.push(String(error)),
  })
  onTestFinished(() => slices.stop())
  return { did, slices }
}

function* steps(...work: (() => void)[]): Steps {
  for (const each of work) {
    each()
    yield undefined
  }
}

const spend = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('what comes in one turn of the event loop is finished once, in its order', async () => {
  const { did, slices } = open()
  for (const name of ['one', 'two', 'three']) slices.add(steps(() => did.push(name)))
  expect(did, 'nothing runs before').toEqual([])
  await slices.done()
  expect(did).toEqual(['one', 'two', 'three', 'finish'])
})

test('what other callbacks of that turn bring is finished with it: a commit for each would be many', async () => {
  const { did, slices } = open()
  for (const name of ['one', 'two', 'three']) {
    slices.add(steps(() => did.push(name)))
    await Promise.resolve()
  }
  await slices.done()
  expect(did).toEqual(['one', 'two', 'three', 'finish'])
})

test('long work leaves room for the network, and the first results are finished before the last are made', async () => {
  const { did, slices } = open()
  const socket = setInterval(() => did.push('served'), 1)
  onTestFinished(() => clearInterval(socket))
  slices.add(steps(...Array.from({ length: 12 }, () => () => spend(10))))
  await slices.done()
  const finished = did.filter((each) => each === 'finish').length
  expect(finished).toBeGreaterThanOrEqual(3)
  expect(did.indexOf('served')).toBeLessThan(did.lastIndexOf('finish'))
})

test('work that throws is given up, and what comes after it goes on', async () => {
  const { did, slices } = open()
  slices.add(
    steps(
      () => {
        throw new Error('broken')
      },
      () => did.push('never'),
    ),
  )
  slices.add(steps(() => did.push('next')))
  await slices.done()
  expect(did).toEqual(['Error: broken', 'next', 'finish'])
})

test('work that waits for a database holds back what comes after it, and is told when that fails', async () => {
  const { did, slices } = open()
  const retry = new Retry({ clock: systemClock, file: 'engine.db', warn: () => undefined })
  const lockedOnce = (then: () => string) => {
    let tries = 0
    return () => {
      if (tries++ === 0) throw Object.assign(new Error('locked'), { errcode: 5 })
      return then()
    }
  }
  const gone = () => {
    throw new Error('gone')
  }
  function* asking(): Steps {
    did.push(
      yield* withRetry(
        retry,
        lockedOnce(() => 'answer'),
      ),
    )
    try {
      yield* withRetry(retry, lockedOnce(gone))
    } catch (error) {
      did.push(String(error))
    }
  }
  slices.add(asking())
  slices.add(steps(() => did.push('next')))
  await slices.done()
  expect(did.filter((each) => each !== 'finish')).toEqual(['answer', 'Error: gone', 'next'])
})
