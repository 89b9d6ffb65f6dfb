// Which kind a notice of the device is, by its code.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kindOfNotice, NOTICES } from './kinds.ts'

test('what came of a request is news of the policy, which is never off', () => {
  const request = { type: 'notice', level: 'info', message: 'order 5000: accepted' } as const
  for (const code of ['loosening_accepted', 'loosening_dropped'])
    expect(kindOfNotice({ ...request, code })).toBe('policy')
})

test('each word that is known begins a code of a device', () => {
  const errors = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  const codes = [...errors.matchAll(/`([a-z]+)[_.][a-z_]+`/g)].map(([, word]) => word)
  expect([...NOTICES.keys()].filter((word) => !codes.includes(word))).toEqual([])
})
