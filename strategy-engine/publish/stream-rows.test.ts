import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { input, KEY, newFolder, openOutbox } from '../testing/outbox-fixture.ts'
import { openOutbox as openTables } from './database.ts'
import { Outbox } from './outbox.ts'

test('a close is one row for all streams of a market, and tells each of them where it stands after a crash', () => {
  const folder = newFolder()
  const before = openOutbox(join(folder, 'engine.db'))
  before.open('other')
  before.open('late')
  before.outbox.follow('demo', 'BTC/USDT 1m', 600)
  before.outbox.follow('other', 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.append(input(720, 'entry'))
  // It was given 720 as history, and has decided on nothing since.
  before.outbox.follow('late', 'BTC/USDT 1m', 720)
  before.outbox.close('BTC/USDT 1m', 720)
  const changes = () => before.database.prepare('SELECT total_changes() AS n').get()?.['n']
  before.outbox.commit()
  const written = Number(changes())
  before.outbox.close('BTC/USDT 1m', 720)
  before.outbox.commit()
  expect(Number(changes()) - written).toBe(1)
  expect(before.outbox.stream('other')).toMatchObject({ lastCandle: 720 })
  // Sealed and closed, and lost with the crash.
  before.outbox.sign(input(780, 'exit'))
  before.outbox.close('BTC/USDT 1m', 780)
  before.close()
  const { outbox, close } = openOutbox(join(folder, 'engine.db'))
  const seen = (name: string) => outbox.stream(name)?.lastCandle
  expect([seen('demo'), seen('other'), seen('late')]).toEqual([720, 720, null])
  close()
})

test('a stream that ended keeps the last candle that it has seen, whatever its market does', () => {
  const folder = newFolder()
  const before = openOutbox(join(folder, 'engine.db'))
  before.outbox.follow('demo', 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.outbox.unfollow('demo')
  before.outbox.close('BTC/USDT 1m', 720)
  before.outbox.commit()
  before.close()
  const { outbox, close } = openOutbox(join(folder, 'engine.db'))
  expect(outbox.stream('demo')).toMatchObject({ lastCandle: 660 })
  close()
})

test('opens while another program holds the database, and settles what a former run left at the first commit', () => {
  const folder = newFolder()
  const path = join(folder, 'engine.db')
  const before = openOutbox(path)
  before.open('other')
  for (const name of ['demo', 'other']) before.outbox.follow(name, 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.outbox.commit()
  before.close()
  const holder = new DatabaseSync(path)
  holder.exec('BEGIN IMMEDIATE')
  const database = openTables(path)
  const outbox = new Outbox(database, { key: KEY })
  expect(outbox.stream('demo')).toMatchObject({ lastCandle: 660 })
  holder.exec('ROLLBACK')
  holder.close()
  // The closes of this run are none of a stream that does not run in it.
  outbox.follow('demo', 'BTC/USDT 1m', 660)
  outbox.close('BTC/USDT 1m', 720)
  outbox.commit()
  database.close()
  const { outbox: after, close } = openOutbox(path)
  expect(['demo', 'other'].map((name) => after.stream(name)?.lastCandle)).toEqual([720, 660])
  close()
})

test('a stream keeps plan and market from its first signal on', () => {
  const { outbox, append, close } = openOutbox()
  const open = (plan: string, market: string) => outbox.openStream({ name: 'demo', plan, market })
  expect(open('trend', 'ETH/USDT')).toMatchObject({ plan: 'trend', market: 'ETH/USDT' })
  append(input(600, 'entry'))
  append(input(660, 'exit'))
  expect(open('other', 'SOL/USDT')).toMatchObject({ plan: 'trend', market: 'ETH/USDT' })
  close()
})
