import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { markOf, processSpace } from './process-mark.ts'

const linux = process.platform === 'linux'

async function sleeper(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])
  await once(child, 'spawn')
  onTestFinished(async () => {
    const gone = once(child, 'exit')
    if (child.kill('SIGKILL')) await gone
  })
  return child.pid ?? 0
}

test.skipIf(!linux)(
  'a process keeps its mark, stopped or not, and an older one has another',
  async () => {
    const one = await sleeper()
    const mark = markOf(one)
    expect(mark).toMatchObject({ user: process.getuid?.() })
    process.kill(one, 'SIGSTOP')
    expect(markOf(one)).toEqual(mark)
    expect(markOf(process.pid)).not.toEqual(mark)
  },
)

test('a process that is gone has none', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  expect(markOf(pid)).toBeNull()
  expect(markOf(pid, 'win32')).toBeNull()
})

test.skipIf(!linux)('where there is no /proc, ps tells', async () => {
  const pid = await sleeper()
  const mark = markOf(pid, 'darwin')
  expect(mark).toMatchObject({ user: process.getuid?.(), born: expect.stringMatching(/\d{4}$/) })
  expect(markOf(pid, 'darwin')).toEqual(mark)
})

test('where nothing tells, a process that runs is unknown', () => {
  expect(markOf(process.pid, 'win32')).toBe('unknown')
})

test('behind walls without /proc, itself is unknown: ps is another process', () => {
  Object.defineProperty(process, 'permission', { value: { has: () => false }, configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(process, 'permission'))
  expect(markOf(process.pid, 'darwin')).toBe('unknown')
})

test('one machine is one space', () => {
  expect(processSpace()).toBe(processSpace())
})
