import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withDisk } from './memory-disk.ts'

test.each([
  [0, ['mount', 'umount']],
  [1, ['mount']],
])('a build that fails leaves no disk and no folder; mount says %i', async (status, commands) => {
  const ran: (string | undefined)[][] = []
  let folder = ''
  const week = withDisk(
    '1m',
    async (place) => {
      folder = place.folder
      expect(place.mounted).toBe(status === 0)
      throw new Error('the other version cannot be built')
    },
    (command, words) => {
      ran.push([command, words.at(-1)])
      return { status }
    },
  )
  await expect(week).rejects.toThrow('cannot be built')
  expect(ran).toEqual(commands.map((command) => [command, `${folder}/disk`]))
  expect(existsSync(folder)).toBe(false)
})

/** Says where it is, and goes on until it is interrupted. */
const WAITS = `
  const { withDisk } = await import(process.argv[1])
  const say = (text) => process.stdout.write(text + '\\n')
  const run = (command) => (say(command), { status: 0 })
  const forever = ({ folder }) => new Promise(() => setInterval(say, 1000, say(folder)))
  await withDisk('1m', forever, run)
`

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('neither does one that %s ends', async (signal, code) => {
  const file = join(import.meta.dirname, 'memory-disk.ts')
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WAITS, file])
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
    if (/week-/.test(said)) child.kill(signal)
  })
  expect(await once(child, 'exit')).toEqual([code, null])
  const [mount, folder = '', umount] = said.split('\n')
  expect([mount, umount]).toEqual(['mount', 'umount'])
  expect(existsSync(folder)).toBe(false)
})
