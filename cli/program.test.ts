import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACCOUNT_COMMANDS } from '@keyside/runtime'
import { Command } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addAccountOption } from './accounts/account-option.ts'
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

test('a sentence names the account in each command that takes one, behind all its words', async () => {
  const taking = Object.entries(COMMANDS).filter(([, { accounts }]) => accounts !== undefined)
  const words = await Promise.all(
    taking.map(async ([name]) => {
      const [command] = (await buildProgram([name])).commands
      return [name, command === undefined ? [] : named(command)]
    }),
  )
  expect(Object.fromEntries(words)).toEqual(ACCOUNT_COMMANDS)
})

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

test('what needs no home answers also where its name is wrong', () => {
  const env = { ...process.env, KEYSIDE_HOME: '~/keyside' }
  const main = join(import.meta.dirname, 'main.js')
  const said = execFileSync(process.execPath, [main, 'update', '--help'], { env, encoding: 'utf8' })
  expect(said).toContain('installs nothing')
})

const root = join(import.meta.dirname, '..')
const listed = execFileSync('git', ['ls-files', '*.ts', '*.md'], { cwd: root, encoding: 'utf8' })
const texts = listed
  .trim()
  .split('\n')
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => [file, readFileSync(join(root, file), 'utf8')] as const)

/** In quotation marks, as code, as the example of a help, or as a line of a document. The first line of a file of candles is none. */
const SAID =
  /(?:["`>]|^ *|\n {2}|\\n {2})(?:npx )?keyside (?!candles)([a-z][a-z-]*(?: [^"'`<\n\\,;:.)]+)?)/g

/** The word that is no command, or no option of it; null where all of it is there. */
function unknownIn(all: Command, [first = '', ...others]: readonly string[]): string | null {
  let command = all.commands.find((one) => one.name() === first)
  if (command === undefined) return first
  const options = ['--help', ...command.options.map(({ long }) => long)]
  const [second = ''] = others
  if (command.commands.length > 0 && /^[a-z]/.test(second)) {
    const inner = command.commands.find((one) => one.name() === second)
    if (inner === undefined && command.registeredArguments.length === 0) return second
    command = inner ?? command
  }
  options.push(...command.options.map(({ long }) => long))
  return others.find((word) => word.startsWith('--') && !options.includes(word)) ?? null
}

test('every command that a sentence or a document names is there, with the options that it names', async () => {
  const all = new Command()
  for (const { load, accounts } of Object.values(COMMANDS)) {
    const one = new Command()
    ;(await load())(one)
    if (accounts !== undefined) addAccountOption(one, accounts)
    for (const command of one.commands) all.addCommand(command)
  }
  const unknown = texts.flatMap(([file, text]) =>
    [...text.matchAll(SAID)].flatMap(([, words = '']) => {
      const word = unknownIn(all, words.split(/\s+/))
      return word === null ? [] : [`${file}: keyside ${words}: no ${word}`]
    }),
  )
  expect(unknown).toEqual([])
})

test('a program never says that npx finds it: in another folder that would ask a registry for a package of this name', () => {
  const isProgram = (file: string) => file.endsWith('.ts') && !/^(?:test|bench)\//.test(file)
  const found = texts.filter(([file, text]) => isProgram(file) && text.includes('npx keyside'))
  expect(found.map(([file]) => file)).toEqual([])
})

test('what stands below the lists of a help is broken between words too, and its examples are not', async () => {
  const columns = Object.getOwnPropertyDescriptor(process.stdout, 'columns')
  Object.defineProperty(process.stdout, 'columns', { value: 40, configurable: true })
  onTestFinished(() => {
    if (columns === undefined) Reflect.deleteProperty(process.stdout, 'columns')
    else Object.defineProperty(process.stdout, 'columns', columns)
  })
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  const program = await buildProgram(['service'])
  program.commands[0]?.outputHelp()
  vi.restoreAllMocks()
  const lines = said.split('\n')
  const example = '  sudo KEYSIDE_HOME=/var/lib/keyside/.keyside keyside service install'
  expect(lines).toContain(example)
  expect(lines.filter((line) => /^\S.{40}/.test(line))).toEqual([])
})
