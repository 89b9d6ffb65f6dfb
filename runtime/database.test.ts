// A program's own database: made where there is none, and left alone where it is of another form.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './database.ts'

const SCHEMA = 'CREATE TABLE IF NOT EXISTS signals (seq INTEGER PRIMARY KEY) STRICT'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-database-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'engine.db')
}

test('what was written is there again', () => {
  const path = place()
  const first = openDatabase(path, SCHEMA)
  first.exec('INSERT INTO signals VALUES (7)')
  first.close()
  const again = openDatabase(path, SCHEMA)
  expect({ ...again.prepare('SELECT * FROM signals').get() }).toEqual({ seq: 7 })
  again.close()
})

test.each<[string, (path: string) => void]>([
  ['of an older Keyside, which wrote no version', (path) => new DatabaseSync(path).exec(SCHEMA)],
  ['with other columns', (path) => openDatabase(path, SCHEMA.replace('seq', 'number')).close()],
  ['that is no database', (path) => writeFileSync(path, 'a text\n'.repeat(200))],
])('a file %s is refused in one sentence', (_, write) => {
  const path = place()
  write(path)
  expect(() => openDatabase(path, SCHEMA)).toThrow(
    expect.objectContaining({
      code: 'database_other',
      message: expect.stringContaining(`${path} was not written by this version`),
    }),
  )
})
