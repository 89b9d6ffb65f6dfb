// What docs/service.md and examples/cloud-init.yaml tell people to type is what the command line knows.
import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { buildProgram } from '../cli/program.ts'
import { read } from './source.ts'

const cloudInit = z
  .looseObject({
    packages: z.array(z.string()),
    write_files: z.array(
      z.strictObject({ path: z.string(), permissions: z.string(), content: z.string() }),
    ),
    runcmd: z.array(z.string()),
  })
  .parse(parse(read('examples/cloud-init.yaml')))
const script = cloudInit.runcmd.join('\n')
const next = cloudInit.write_files.map(({ content }) => content).join('\n')

/** The words after `keyside` of each line that runs it. */
function typed(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line))
  return lines.flatMap((line) => {
    const [, words] =
      /^\s*(?:sudo (?:-u keyside -H |KEYSIDE_HOME=\S+ )?)?keyside ((?!…).+)$/.exec(line) ?? []
    return words === undefined ? [] : [words.split(' ')]
  })
}

/** The words that no command of the table and none of its options has. */
async function unknown(words: readonly string[]): Promise<readonly string[]> {
  let command: Command = await buildProgram(words)
  const left = [...words]
  for (let found: Command | undefined; ; left.shift()) {
    found = command.commands.find((one) => one.name() === left[0])
    if (found === undefined) break
    command = found
  }
  const isChoice = (word: string, before: string | undefined) =>
    command.options.some(
      ({ long, argChoices }) => long === before && (argChoices?.includes(word) ?? true),
    )
  return left.filter(
    (word, at) =>
      !command.options.some(({ long }) => long === word) &&
      !isChoice(word, left[at - 1]) &&
      command.registeredArguments.length === 0,
  )
}

test.each([
  ['docs/service.md', read('docs/service.md'), 4],
  ['what cloud-init leaves to do', next, 8],
  ['what cloud-init does', script, 1],
] as const)('%s: every command is in the table, with its options', async (_, text, least) => {
  const lines = typed(text)
  expect(lines.length).toBeGreaterThanOrEqual(least)
  for (const words of lines) expect(await unknown(words), words.join(' ')).toEqual([])
})

test('a shell takes the script of cloud-init, and it installs the Node that Keyside is tested with', () => {
  expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  })
  const { node } = JSON.parse(read('package.json')).devDependencies
  expect(script).toContain(`NODE=v${node}\n`)
})

test('cloud-init installs what its own steps and Node ask for, and a bare Debian has not', () => {
  expect(cloudInit.packages.toSorted()).toEqual([
    'ca-certificates',
    'curl',
    'libatomic1',
    'xz-utils',
  ])
})

test('cloud-init is given no secret: it is told where to type them', () => {
  expect(read('examples/cloud-init.yaml')).toMatch(/^#cloud-config\n/)
  expect(`${script}\n${next}`).not.toMatch(/--(?:passphrase|telegram-token)-file|\d{5,}:[\w-]{30,}/)
  expect(cloudInit.write_files.map(({ permissions }) => permissions)).toEqual(['0600'])
})
