// A child's flags and environment, as the operating system reports them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOT_MEMORY, BROKER_MEMORY, QUIET_MEMORY, SMALL_MEMORY } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startChild, stopChildren } from './children.ts'
import { PROGRAMS, type Program } from './program-names.ts'
import { childCommand } from './walled-command.ts'

/** Variables that would run other code in it, open a debugger, or pass on secrets. */
const FOREIGN = {
  NODE_OPTIONS: '--inspect=127.0.0.1:0',
  NODE_PATH: '/nowhere',
  NODE_REPL_EXTERNAL_MODULE: '/nowhere',
  NODE_COMPILE_CACHE: '/nowhere',
  LD_PRELOAD: '/nowhere/library.so',
  LD_LIBRARY_PATH: '/nowhere',
  DYLD_INSERT_LIBRARIES: '/nowhere',
  AWS_SECRET_ACCESS_KEY: 'of another program',
}

async function started(program: Program) {
  const home = mkdtempSync(join(tmpdir(), 'keyside-children-'))
  const environment = { ...FOREIGN, PATH: process.env['PATH'], HOME: home, KEYSIDE_LOG: 'silent' }
  const child = startChild(program, childCommand(program, { home }, environment), { home })
  onTestFinished(async () => {
    await stopChildren([child])
    rmSync(home, { recursive: true })
  })
  // Both are empty for a moment while the program takes the place of the one that began it.
  const words = (file: string) =>
    vi.waitFor(() => {
      const found = readFileSync(`/proc/${child.process.pid}/${file}`, 'utf8').split('\0')
      expect(found.length).toBeGreaterThan(1)
      return found.filter(Boolean)
    })
  return {
    flags: (await words('cmdline')).slice(1),
    names: (await words('environ')).map((one) => one.split('=')[0]),
  }
}

test.runIf(process.platform === 'linux').each(PROGRAMS)(
  '%s begins with flags that no environment undoes',
  async (program) => {
    const { flags, names } = await started(program)
    expect(flags).toContain('--disable-sigusr1')
    if (program === 'broker') expect(flags).toEqual(expect.arrayContaining([...BROKER_MEMORY]))
    // An engine of a home without one of its own bot signs for others.
    else expect(flags.includes(SMALL_MEMORY)).toBe(program !== 'engine')
    if (program === 'bot') expect(flags).toEqual(expect.arrayContaining([...BOT_MEMORY]))
    if (program === 'executor')
      expect(flags).toEqual(
        expect.arrayContaining(['--disable-proto=delete', '--report-exclude-env', ...QUIET_MEMORY]),
      )
    expect(names.filter((name) => name !== undefined && name in FOREIGN)).toEqual([])
    expect(names.filter((name) => !/^(PATH|HOME|KEYSIDE_|NODE_CHANNEL_)/.test(name ?? ''))).toEqual(
      ['MALLOC_ARENA_MAX'],
    )
  },
)

test('what the executor of one account says names it in each command, in its log too', async () => {
  const says = `
    console.log(JSON.stringify({ level: 50, msg: 'run "keyside unhalt"' }))
    process.send({ type: 'failed', code: 'policy_missing', message: 'run "keyside policy accept"' })`
  const lines: string[] = []
  const child = startChild(
    'executor',
    { words: ['-e', says], env: {} },
    {
      home: tmpdir(),
      name: 'executor-live',
      account: 'live',
      onLine: (_, line) => void lines.push(line),
    },
  )
  await expect(child.ready).rejects.toThrow(
    'executor-live: run "keyside policy accept --account live"',
  )
  await stopChildren([child])
  await vi.waitFor(() =>
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'run "keyside unhalt --account live"',
    ]),
  )
})
