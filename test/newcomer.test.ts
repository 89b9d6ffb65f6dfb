// A newcomer's first minutes, with a real one in which the card is read.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { firstMinutes } from './newcomer.ts'

const root = join(import.meta.dirname, '..')
const READING_MS = 60_000

test('the first card comes within half a minute of the claim, and fills after a minute of reading', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'keyside-newcomer-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const { card, fill, words } = await firstMinutes({
    command: process.execPath,
    args: [join(root, 'cli/main.js'), 'up', '--sandbox'],
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: temporary, TMPDIR: temporary },
    reading: READING_MS,
  })
  expect(card).toBeLessThan(30_000)
  expect(words).toContain('Bought')
  expect(fill).not.toBeNull()
})
