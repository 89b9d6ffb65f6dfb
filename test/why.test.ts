// What docs/why.md says of habits and risk: each row names a command that exists, and the risk is said in the same words everywhere.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RISK } from '@keyside/runtime'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { claimed } from '../bot/texts/chat.ts'
import { COMMANDS } from '../cli/program.ts'
import { offerLines } from '../cli/terminal/offer-report.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
const plain = (text: string) => text.replace(/\s+/g, ' ')

const HABITS = 6

function rows(): readonly (readonly string[])[] {
  const [, section = ''] = read('docs/why.md').split('## The six habits')
  const [table = ''] = section.split('\n## ')
  const lines = table.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Of a program: its commands by their names, such as `keys check`. */
async function isCommand(words: string): Promise<boolean> {
  const [name = '', sub] = words.split(' ')
  const program = new Command()
  const add = await COMMANDS[name]?.load()
  if (add === undefined) return false
  add(program)
  const [command] = program.commands
  return sub === undefined || command?.commands.some((one) => one.name() === sub) === true
}

test('each of the six habits has its row, and each row names commands that exist', async () => {
  expect(rows()).toHaveLength(HABITS)
  for (const [habit = '', does = '', shown = ''] of rows()) {
    const commands = [...shown.matchAll(/`keyside ([a-z -]+)`/g)].map(([, words = '']) => words)
    expect(commands.length, habit).toBeGreaterThan(0)
    expect(does.length, habit).toBeGreaterThan(20)
    for (const words of commands) expect(await isCommand(words), words).toBe(true)
  }
  expect(await isCommand('keys check')).toBe(true)
  expect(await isCommand('keys dance')).toBe(false)
})

test('every command that the pages on habits name exists', async () => {
  for (const page of ['why', 'addresses', 'monitoring']) {
    const named = read(`docs/${page}.md`).matchAll(/`keyside ([a-z]+(?: [a-z]+)?)/g)
    for (const [, words = ''] of named)
      expect(await isCommand(words), `${page}: ${words}`).toBe(true)
  }
})

test('the risk is said in the same words in the README, here, at init, at follow and in the first message of the bot', () => {
  for (const file of ['README.md', 'docs/why.md']) expect(plain(read(file)), file).toContain(RISK)
  expect(read('cli/commands/init-trader.ts')).toContain('    RISK,\n')
  const offer = {
    name: 'north',
    invitation: { provider: 'north', root: 'a'.repeat(43), tls: 'ca' },
    plans: [],
    url: '',
  }
  expect(
    plain(offerLines(offer as unknown as Parameters<typeof offerLines>[0]).join(' ')),
  ).toContain(RISK)
  expect(plain(claimed.text)).toContain(RISK)
})
