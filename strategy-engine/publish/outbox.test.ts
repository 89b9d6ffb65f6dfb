import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GENESIS, hashText } from '@keyside/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { input, newFolder, openOutbox, part, verifySignal } from '../testing/outbox-fixture.ts'

test('gives what a position came of: its entries and moved stops since the last exit, also those not yet committed', () => {
  const { append, outbox, close } = openOutbox()
  const kinds = () => outbox.positionSignals('demo').map(({ seq, kind }) => [seq, kind])
  expect(kinds()).toEqual([])
  append(input(600, 'entry'))
  append(input(660, 'exit'))
  expect(kinds()).toEqual([[2, 'exit']])
  append(input(720, 'entry'))
  for (let at = 1; at <= 200; at += 1) append(input(720 + at * 60, 'stop'))
  outbox.sign(input(18_000, 'entry'))
  expect(kinds()).toEqual([
    [3, 'entry'],
    ...Array.from({ length: 200 }, (_, at) => [4 + at, 'stop']),
    [204, 'entry'],
  ])
  expect(outbox.standing('demo')).toMatchObject({ position: 'long', since: 204 })
  expect(outbox.positionSignals('other')).toEqual([])
  close()
})

test('numbers and chains the signals of a stream, whatever restarts come between', () => {
  const folder = newFolder()
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (restarts) => {
      const path = join(folder, `${crypto.randomUUID()}.db`)
      let { outbox, append, close } = openOutbox(path)
      let prev = GENESIS
      restarts.forEach((restart, i) => {
        if (restart) {
          close()
          ;({ outbox, append, close } = openOutbox(path))
        }
        const signed = append(input(i * 60, i % 2 === 0 ? 'entry' : 'exit'))
        const { claims, hash } = verifySignal(signed?.token ?? '', i * 60 + 61)
        expect(claims).toMatchObject({ seq: i + 1, prev })
        expect(outbox.stream('demo')).toMatchObject({
          seq: i + 1,
          hash,
          since: i + 1,
          position: i % 2 === 0 ? 'long' : 'flat',
        })
        prev = hash
      })
      close()
    }),
    { numRuns: 20 },
  )
})

test('an exit of a part leaves the level of the head as it was, one of all is flat', () => {
  const { outbox, append, close } = openOutbox()
  const levels = [input(600, 'entry'), part(660, '60'), part(720, '100')].map((each) => {
    append(each)
    const { position, since } = outbox.stream('demo') ?? {}
    return [position, since]
  })
  expect(levels).toEqual([
    ['long', 1],
    ['long', 1],
    ['flat', 3],
  ])
  close()
})

test('says a decision once', () => {
  const { outbox, append, close } = openOutbox()
  append(input(600, 'entry'))
  expect(append(input(600, 'entry'))).toBe(null)
  expect(outbox.stream('demo')).toMatchObject({ seq: 1 })
  close()
})

test('keeps the same bytes to send when the engine dies before sending', () => {
  const folder = newFolder()
  const before = openOutbox(join(folder, 'engine.db'))
  const signed = before.append(input(600, 'entry'))
  before.close()
  const after = openOutbox(join(folder, 'engine.db'))
  expect(after.outbox.unsent()).toEqual([signed])
  after.outbox.markSent([signed?.jti ?? ''])
  expect(after.outbox.unsent()).toEqual([])
  after.close()
})

test('commits many signals at once, the number of each with it, or none of them', () => {
  const folder = newFolder()
  const { outbox, open, close } = openOutbox(join(folder, 'engine.db'))
  open('other')
  outbox.sign(input(600, 'entry'))
  outbox.sign(input(600, 'entry', 'other'))
  expect(outbox.stream('demo'), 'nothing counts before').toMatchObject({ seq: 0, hash: GENESIS })
  const reader = new DatabaseSync(join(folder, 'engine.db'), { timeout: 0 })
  reader.exec('BEGIN IMMEDIATE')
  expect(() => outbox.commit()).toThrow(expect.objectContaining({ errcode: 5 }))
  expect(outbox.unsent()).toEqual([])
  reader.exec('ROLLBACK')
  reader.close()
  const { signals } = outbox.commit()
  expect(signals.map(({ stream, seq }) => [stream, seq])).toEqual([
    ['demo', 1],
    ['other', 1],
  ])
  expect(outbox.unsent()).toEqual(signals)
  expect(outbox.commit().signals, 'once').toEqual([])
  close()
})

test('a stream whose number cannot be stored has no signal, and takes no other with it', () => {
  const { outbox, database, open, close } = openOutbox()
  open('other')
  outbox.commit()
  const sabotage = `BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`
  database.exec(
    `CREATE TRIGGER full BEFORE UPDATE OF seq ON streams WHEN new.name = 'demo' ${sabotage}`,
  )
  outbox.sign(input(600, 'entry'))
  outbox.sign(input(600, 'entry', 'other'))
  const { signals, failed } = outbox.commit()
  expect([...failed.keys()]).toEqual(['demo'])
  expect(failed.get('demo')).toMatchObject({ message: 'the disk is full' })
  expect(outbox.stream('demo')).toMatchObject({ seq: 0, hash: GENESIS, position: 'flat' })
  expect(signals.map(({ stream }) => stream)).toEqual(['other'])
  expect(outbox.unsent()).toEqual(signals)
  close()
})

test('a disk that takes nothing stops all that was to be stored, and no more', () => {
  const { outbox, database, open, append, close } = openOutbox()
  open('other')
  outbox.commit()
  database.exec('PRAGMA query_only = ON')
  outbox.sign(input(600, 'entry'))
  expect([...outbox.commit().failed.keys()]).toEqual(['demo'])
  database.exec('PRAGMA query_only = OFF')
  expect(append(input(600, 'entry', 'other'))).toMatchObject({ stream: 'other', seq: 1 })
  close()
})

test('a second signal of a stream in one commit follows the first', () => {
  const { outbox, close } = openOutbox()
  const entry = outbox.sign(input(600, 'entry'))
  const exit = outbox.sign(input(660, 'exit'))
  expect(outbox.sign(input(660, 'exit')), 'a decision is said once').toBe(null)
  expect(outbox.commit().signals).toEqual([entry, exit])
  expect(verifySignal(exit?.token ?? '', 721).claims).toMatchObject({
    seq: 2,
    prev: hashText(entry?.token ?? ''),
  })
  close()
})

test('what was marked is not sent any more, and the number stays', () => {
  const { outbox, append, close } = openOutbox()
  const entry = append(input(600, 'entry'))
  const exit = append(input(660, 'exit'))
  outbox.markMissed([entry?.jti ?? ''])
  expect(outbox.unsent()).toEqual([exit])
  outbox.markSent([exit?.jti ?? ''])
  expect(outbox.unsent()).toEqual([])
  expect(outbox.stream('demo')).toMatchObject({ seq: 2, hash: hashText(exit?.token ?? '') })
  close()
})
