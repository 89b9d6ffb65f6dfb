// Files of this repository that a page or a comment names are there.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { packages, read, root } from './source.ts'

const texts = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.(?:md|ts)$/.test(file) && !/(?:^|\/)(?:node_modules|vectors)\//.test(file),
)

/** Paths with a folder in them between backticks; in code only in comments. */
function named(file: string): readonly string[] {
  const text = read(file)
  const lines = file.endsWith('.md') ? text : text.replace(/^(?!\s*(?:\/\/|\/?\*)).*$/gm, '')
  return [...lines.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.ts)`/g)].map(([, path = '']) => path)
}

/** From the top, from the text's own folder, or from its package. */
function isThere(file: string, path: string): boolean {
  const [folder = ''] = file.split('/')
  return [path, join(dirname(file), path), join(folder, path)].some((place) =>
    existsSync(join(root, place)),
  )
}

test('every file that a page or a comment names is there', () => {
  const missing = texts.flatMap((file) =>
    named(file).flatMap((path) => (isThere(file, path) ? [] : [`${file}: ${path}`])),
  )
  expect(texts.length).toBeGreaterThan(500)
  expect(missing).toEqual([])
})

test('every picture that a page shows is there', () => {
  const shown = texts
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/!\[[^\]]*\]\(([^):]+)\)/g)].map(
        ([, path = '']) => [file, path] as const,
      ),
    )
  const missing = shown.filter(([file, path]) => !existsSync(join(root, dirname(file), path)))
  expect(shown.length).toBeGreaterThan(10)
  expect(missing).toEqual([])
})

/** What runs, without its tests. */
const code = texts.filter(
  (file) =>
    packages.some((folder) => file.startsWith(`${folder}/`)) &&
    /^(?!.*(?:\.test\.ts$|\/testing\/|\/make[-.])).*\.ts$/.test(file),
)

test('code finds other files of its installation by runtime/installation.ts alone: its own place is another once it is built', () => {
  const relative = code.filter((file) =>
    /import\.meta\.(?:dirname|filename|url)\b/.test(
      read(file).replaceAll('createRequire(import.meta.url)', ''),
    ),
  )
  expect(relative).toEqual(['runtime/installation.ts'])
})

test('files of a home, and those that a person names, are read by runtime/read-file.ts alone: no pipe in the place of one holds up a program', () => {
  const ofTheInstallation = [
    'bot/charts/rasterize.ts',
    'cli/doctor/redactor.ts',
    'cli/home/types-file.ts',
    'runtime/code-version.ts',
    'runtime/installation.ts',
    'sandbox/telegram/page-files.ts',
  ]
  const ofLinux = ['cli/programs/walls-report.ts', 'executor/process-mark.ts']
  const reading = code.filter((file) =>
    /\b(?:readFileSync|createReadStream)\(|node:fs\/promises/.test(read(file)),
  )
  expect(reading.filter((file) => !file.startsWith('simulation/')).sort()).toEqual(
    [...ofTheInstallation, ...ofLinux, 'runtime/read-file.ts'].sort(),
  )
})
