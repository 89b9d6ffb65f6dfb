// In a process of its own, as the seals stay for good.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { RULES, type Rules } from './rules.ts'

const testing = (name: string) => join(import.meta.dirname, 'testing', name)

test('of threads and processes exactly its own begin, behind walls, and nothing else does', async () => {
  const reads = `--allow-fs-read=${join(import.meta.dirname, '..')}`
  const thread = pathToFileURL(testing('started.mjs')).href
  const words = ['--permission', reads, testing('started.mjs')]
  const seals = pathToFileURL(join(import.meta.dirname, 'behind-walls.ts')).href
  const starts = { thread: { file: thread, seals }, process: words }
  const rules: Rules = { starts, outgoing: [] }
  const foreign = 'data:text/javascript,'
  const flags = ['--permission', '--allow-net', '--allow-worker', '--allow-child-process', reads]
  const given = JSON.stringify({ thread, words, foreign })
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, testing('starting.mjs'), given],
    { timeout: 20_000, env: { PATH: process.env['PATH'], [RULES]: JSON.stringify(rules) } },
  )
  const [denied, refused] = ['ERR_ACCESS_DENIED', 'EACCES']
  const walled = { read: denied, thread: denied, process: denied, options: 'none' }
  expect(JSON.parse(stdout)).toEqual({
    'its thread': { ...walled, connect: refused },
    'another thread': denied,
    'a thread of text': denied,
    'its thread under another name': denied,
    'the class of threads': 'undefined',
    'a thread of hooks': denied,
    // It has no network at all.
    'its process': { ...walled, connect: denied },
    'its process with another flag': denied,
    'another process': denied,
    'another program': denied,
    'the class of processes': 'undefined',
    spawnSync: denied,
    execSync: denied,
    execFileSync: denied,
    execve: denied,
    chdir: denied,
  })
})
