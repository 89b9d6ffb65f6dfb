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

test('what is switched off by default is not said to be, and a mistake leads to the help of its command', async () => {
  const program = await buildProgram(['sandbox', 'fault', '--help'])
  const said: string[] = []
  const [sandbox] = program.commands
  const faults = sandbox?.commands.find((one) => one.name() === 'faults')
  expect(faults?.helpInformation()).toMatch(/--clear +disarm all of it instead\n/)
  const fault = sandbox?.commands.find((one) => one.name() === 'fault')
  fault?.exitOverride().configureOutput({ writeErr: (text) => said.push(text) })
  expect(() => program.parse(['sandbox', 'fault'], { from: 'user' })).toThrow('missing')
  expect(said.join('')).toContain('(keyside sandbox fault --help says how)')
})
