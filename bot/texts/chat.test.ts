// docs/telegram.md has every command that Telegram lists.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS } from './chat.ts'

test('every command that the chat lists has its line in docs/telegram.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/telegram.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `/'))
  const missing = COMMANDS.filter(
    ({ command }) => !rows.some((row) => row.includes(`\`/${command}\``)),
  )
  expect(missing).toEqual([])
})

test('every command has the form and the length that Telegram takes', () => {
  for (const { command, description } of COMMANDS) {
    expect(command).toMatch(/^[a-z0-9_]{1,32}$/)
    expect(description.length).toBeLessThanOrEqual(256)
  }
})
