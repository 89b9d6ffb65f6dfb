import { Command } from 'commander'
import { expect, test } from 'vitest'
import { buildProgram, COMMANDS } from './program.ts'

const named = (program: Command) => program.commands.map((command) => command.name())

test.each(Object.entries(COMMANDS))(
  '%s is listed with the words of its own help',
  async (name, { about, load }) => {
    const program = new Command()
    ;(await load())(program)
    expect(program.commands.map((one) => [one.name(), one.description()])).toEqual([[name, about]])
  },
)

test.each([[[]], [['--help']], [['hlat']], [['help']]])('%j lists all of them', async (args) => {
  expect(named(await buildProgram(args))).toEqual(Object.keys(COMMANDS))
})

test.each([[['halt', '--sell']], [['help', 'halt']]])(
  '%j loads the code of that one alone',
  async (args) => {
    const program = await buildProgram(args)
    expect(named(program)).toEqual(['halt'])
    expect(program.commands[0]?.helpInformation()).toContain('--sell')
  },
)
