// What is no file is refused at once, and nothing waits for a pipe that nobody writes to.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { readSecret } from './files.ts'
import { loadConfig } from './load-config.ts'
import { readText, readTextIfThere } from './read-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-read-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const refused = (sentence: string) =>
  expect.objectContaining({ code: 'file_refused', message: sentence })

test('a file is read whole, also through a link, and what is not there is told apart', () => {
  const file = join(folder, 'file')
  writeFileSync(file, 'äöü\n')
  expect(readText(file)).toBe('äöü\n')
  expect(readTextIfThere(join(folder, 'none'))).toBeNull()
  expect(() => readText(join(folder, 'none'))).toThrow(
    refused(`${join(folder, 'none')}: there is no such file or folder: correct the path`),
  )
  expect(() => readTextIfThere(join(file, 'below'))).toThrow(
    expect.objectContaining({ code: 'file_refused' }),
  )
})

test.skipIf(process.platform === 'win32')(
  'a folder, a pipe, a device and a socket are refused as what they are',
  async () => {
    const pipe = join(folder, 'config.yaml')
    execFileSync('mkfifo', ['-m', '600', pipe])
    expect(() => readText(pipe)).toThrow(refused(`${pipe}: it is a pipe: name a file`))
    expect(() => readText(folder)).toThrow(refused(`${folder}: it is a folder: name a file`))
    expect(() => readText('/dev/null')).toThrow(refused('/dev/null: it is a device: name a file'))
    for (const read of [() => readSecret(pipe), () => loadConfig('bot', expect.anything(), folder)])
      expect(read).toThrow(expect.objectContaining({ code: 'file_refused' }))
    const socket = join(folder, 'socket')
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((listening) => server.listen(socket, listening))
    expect(() => readText(socket)).toThrow(
      refused(`${socket}: it is a socket or a device: name a file`),
    )
  },
)
