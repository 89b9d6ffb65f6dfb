// The system keychain when its native code misbehaves: the helper is ours, the keychain's own contract is tested in test/.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Clock, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { openOsKeychain } from './os.ts'

/** A helper that keeps secrets in memory, and does as `misbehaving` says when asked for "bad". */
function helperThat(misbehaving: string): URL {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-helper-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'helper.mjs')
  writeFileSync(
    file,
    `process.on('disconnect', () => process.exit())
process.on('message', ({ id, question: [call, ...args] }) => {
  if (args[1] === 'bad') { ${misbehaving} }
  else process.send({ id, value: call === 'findCredentials' ? [] : args.join() })
})`,
  )
  return pathToFileURL(file)
}

/** Waits of this clock end when they are asked to. */
function handClock() {
  const waits = new Set<() => void>()
  const clock: Clock = {
    ...systemClock,
    after: (_ms, run) => {
      waits.add(run)
      return () => waits.delete(run)
    },
  }
  const end = () => {
    for (const run of waits) run()
  }
  return { clock, end, waits }
}

const refused = (why: string) => ({
  code: 'keychain_unavailable',
  message: expect.stringContaining(why),
})

test.each([
  ['a crash', "process.kill(process.pid, 'SIGSEGV')", 'crashed with SIGSEGV'],
  ['an abort', 'process.abort()', 'crashed with SIGABRT'],
  ['an end', 'process.exit(7)', 'crashed with exit code 7'],
  [
    'a library of another processor',
    "try { process.dlopen({ exports: {} }, import.meta.filename) } catch ({ message }) { process.send({ id, failed: message + '\\nand more' }) }",
    'invalid ELF header',
  ],
  [
    'a library that is missing',
    `process.send({ id, failed: 'Failed to load keytar native addon, checked ["../build/Release"] on prebuilds/linux-x64' })`,
    '(its library does not load here)',
  ],
])(
  '%s of the native code is a refusal that says so, and the next call works',
  async (_, does, why) => {
    const keychain = await openOsKeychain('home', { program: helperThat(does) })
    await expect(keychain.get('bad')).rejects.toMatchObject(refused(why))
    expect(await keychain.get('good')).toBe('keyside home,good')
  },
)

test('all calls that wait are refused when the native code ends', async () => {
  const keychain = await openOsKeychain('home', {
    program: helperThat('setTimeout(process.abort)'),
  })
  const calls = await Promise.allSettled([keychain.get('bad'), keychain.set('bad', 'secret')])
  expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('a call that nobody answers, such as a window on no screen, is refused in the end', async () => {
  const { clock, end } = handClock()
  const keychain = await openOsKeychain('home', { clock, program: helperThat('') })
  const call = keychain.get('bad')
  end()
  await expect(call).rejects.toMatchObject(refused('no answer within 30 s'))
  expect(await keychain.get('good')).toBe('keyside home,good')
})

test('an answer that came leaves no wait behind', async () => {
  const { clock, waits } = handClock()
  const keychain = await openOsKeychain('home', { clock, program: helperThat('') })
  await keychain.get('good')
  expect(waits.size).toBe(0)
})

test('a keychain that cannot be opened is refused at once', async () => {
  const program = pathToFileURL(join(tmpdir(), 'no-such-helper.mjs'))
  await expect(openOsKeychain('home', { program })).rejects.toMatchObject(refused('exit code 1'))
})
