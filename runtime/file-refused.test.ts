// A disk, an owner or a path in the way is told in one sentence with its file; a fault of the code stays one.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { databaseBusy } from './busy.ts'
import { openDatabase } from './database.ts'
import { fileRefused } from './file-refused.ts'
import { lockFile } from './lock.ts'

const SCHEMA = 'CREATE TABLE one (n INTEGER) STRICT'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyside-refused-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return expect.unreachable()
}

const refused = (sentence: string) =>
  expect.objectContaining({ code: 'file_refused', message: expect.stringContaining(sentence) })

test('what the system answers is told with the file and what to do', () => {
  const home = folder()
  const file = join(home, 'file')
  writeFileSync(file, '')
  for (const [work, sentence] of [
    [
      () => readFileSync(join(file, 'below')),
      `${join(file, 'below')}: there is no such file or folder: correct the path`,
    ],
    [() => writeFileSync(home, ''), `${home}: it is a folder: name a file`],
    [
      () => mkdirSync(join(home, 'none', 'folder')),
      `${join(home, 'none', 'folder')}: this folder cannot be made: correct the path, or look whether the disk may be written`,
    ],
    [() => mkdirSync(home), `${home}: something is there already`],
  ] as const)
    expect(fileRefused(thrownBy(work))).toEqual(refused(sentence))
})

test.runIf(process.platform === 'linux')(
  'a full disk is told, also where the error names no file',
  () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const error = thrownBy(() => writeSync(full, 'a'))
    expect(fileRefused(error, 'report.html')).toEqual(
      refused('report.html: the disk is full: make room'),
    )
  },
)

test('a database that cannot be opened, or is damaged, is told by its name', () => {
  const home = folder()
  const path = join(home, 'engine.db')
  mkdirSync(path)
  expect(() => openDatabase(path, SCHEMA)).toThrow(refused(`${path}: it cannot be opened`))
  const other = join(home, 'other.db')
  const first = openDatabase(other, SCHEMA)
  first.exec('INSERT INTO one VALUES (1)')
  first.close()
  const pages = readFileSync(other)
  writeFileSync(other, pages.fill(0x5a, 200))
  expect(() => openDatabase(other, SCHEMA)).toThrow(refused(`${other}: it is damaged`))
})

test('a lock that cannot be taken for another reason than another program is told', () => {
  const path = join(folder(), 'journal.db')
  writeFileSync(`${path}.lock`, 'no database at all '.repeat(100))
  expect(() => lockFile(path)).toThrow(refused(`${path}.lock: it is no database`))
})

test('a fault of the code, a network and what is explained already are none of it', () => {
  const db = new DatabaseSync(':memory:')
  onTestFinished(() => db.close())
  const network = Object.assign(new Error('connect'), { code: 'EACCES', syscall: 'connect' })
  const explained = databaseBusy('engine.db')
  for (const error of [
    new TypeError('x'),
    network,
    explained,
    'text',
    thrownBy(() => db.exec('SELEKT')),
  ])
    expect(fileRefused(error)).toBeNull()
})
