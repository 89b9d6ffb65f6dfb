import { Command } from 'commander'
import { expect, test } from 'vitest'
import { buildProgram, COMMANDS, MEANT } from './program.ts'

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

test.each([
  ['stop', '(do you mean keyside halt? keyside --help lists the commands)'],
  ['status', '(do you mean keyside doctor? keyside --help lists the commands)'],
  ['constructor', '(keyside --help lists the commands)'],
])('who types %s is led on', async (word, hint) => {
  const program = await buildProgram([word])
  const said: string[] = []
  program.exitOverride().configureOutput({ writeErr: (text) => said.push(text) })
  expect(() => program.parse([word], { from: 'user' })).toThrow('unknown command')
  expect(said.join('')).toContain(hint)
})

test.each(Object.entries(MEANT))('for %s there is %s', async (word, meant) => {
  const [first = '', second] = meant.split(' ')
  const [command] = (await buildProgram([first])).commands
  expect(Object.keys(COMMANDS)).not.toContain(word)
  expect(command?.name()).toBe(first)
  if (second !== undefined) expect(command?.commands.map((one) => one.name())).toContain(second)
})
