// keyside trades: what the terminal says was won is what the chat says.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SaleRow } from '../protocol/index.ts'
import { openJournalHome } from './journal-home.ts'
import { keysideHere } from './keyside-here.ts'

let home = ''
let inChat: readonly SaleRow[] = []
beforeAll(async () => {
  const opened = openJournalHome('trades')
  home = opened.home
  const { executor } = opened
  await executor.enter()
  executor.exchange.price = '61000'
  await executor.give(executor.exit({ size: { unit: 'percent', value: '50' } }))
  executor.exchange.price = '59000'
  await executor.clock.advance(86_400_000)
  await executor.give(executor.exit())
  await executor.give(executor.command({ do: 'trades', limit: 10 }))
  const event = executor.reports.at(-1)?.event
  inChat = event?.type === 'answer' && event.answer.about === 'trades' ? event.answer.rows : []
  executor.close()
})
afterAll(() => rmSync(home, { recursive: true }))

function run(...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  return keysideHere(['trades', ...args], { env })
}

test('lists and exports what the chat tells, to the digit', async () => {
  expect(inChat.map(({ number }) => number)).toEqual([2, 1])
  const listed: unknown[] = JSON.parse((await run('list', '--json')).stdout)
  const told = inChat.toReversed().map(({ opened, closed, ...row }) => row)
  expect(listed).toMatchObject(told)

  const { stdout } = await run('export')
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  const cells = rows.map((row) => {
    const values = row.split(',')
    return Object.fromEntries(head.split(',').map((name, at) => [name, values[at]]))
  })
  expect(cells).toMatchObject(
    inChat.toReversed().map(({ number, amount, cost, proceeds, result }) => ({
      number: String(number),
      amount,
      cost,
      proceeds,
      gain: result?.negative === true ? `-${result.gain}` : result?.gain,
    })),
  )
})

test('sales of a record on paper are said to be, whatever config.yaml says', async () => {
  const journal = new DatabaseSync(join(home, 'executor/journal.db'))
  const put = journal.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?)')
  put.run('account', 'paper of kraken')
  expect((await run('list')).stdout).toMatch(/^Paper on the market of kraken: no real money\./)
  expect((await run('export')).stdout).toMatch(/,venue\n1,.*,paper:kraken\n2,.*,paper:kraken\n$/)
  put.run('account', 'exchange')
  journal.close()
  expect((await run('export')).stdout).toMatch(/,venue\n1,.*,binance\n2,.*,binance\n$/)
})

test('chooses by time and market, and says so when there is nothing', async () => {
  const [newest] = inChat
  const since = new Date((newest?.closed ?? 0) * 1000).toISOString().slice(0, 10)
  const { stdout } = await run('list', '--since', since)
  expect(stdout).toContain('-')
  expect(stdout.trimEnd().split('\n')).toHaveLength(2)
  expect((await run('list', '--market', 'ETH/USDT')).stdout).toBe(
    'Nothing was sold in this time.\n',
  )
  const wrong = await run('list', '--since', 'yesterday')
  expect(wrong.code).not.toBe(0)
  expect(wrong.stderr).toContain('2024-01-01')
})
