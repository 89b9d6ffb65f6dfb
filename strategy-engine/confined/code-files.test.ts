import { systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { codeText } from '../strategies/typescript/testing/code.ts'
import { CodeFiles } from './code-files.ts'

test('an engine that may start no process says so of each file, and what helps', () => {
  Object.defineProperty(process, 'permission', { value: { has: () => false }, configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(process, 'permission'))
  expect(new CodeFiles(systemClock).read('coded.ts', codeText({}))).toMatchObject({
    ok: false,
    problems: [{ message: expect.stringContaining('start the engine again') }],
  })
})
