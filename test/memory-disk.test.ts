import { existsSync } from 'node:fs'
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
