// A short run of what `npm run fuzz` does at any length: no false message is believed, and none throws.
import { expect, test } from 'vitest'
import { fuzz } from './testing/fuzz.ts'
import { OPEN_PATHS } from './testing/open-paths.ts'

test.each(OPEN_PATHS)('no mutated message is accepted or throws: $name', (path) => {
  const { accepted, threw, verdicts } = fuzz(path, { mutations: 1500, seed: 1 })
  expect(accepted).toEqual([])
  expect(threw).toEqual([])
  expect(verdicts.size, 'verdicts that were reached').toBeGreaterThan(2)
})

test.each(OPEN_PATHS)('what is mutated is accepted as it is: $name', ({ name, messages, read }) => {
  const verdicts = messages.map(({ text }) => read(text))
  if (name === 'keyset') expect(new Set(verdicts)).toEqual(new Set(['the same keyset']))
  else expect(verdicts).toContain('accepted')
})

test('a reader that believes all, or throws, is found', () => {
  const [path] = OPEN_PATHS
  if (path === undefined) throw new Error('no path')
  const broken = (read: () => string) => fuzz({ ...path, read }, { mutations: 10, seed: 1 })
  expect(broken(() => 'accepted').accepted).toHaveLength(10)
  expect(
    broken(() => {
      throw new TypeError('length')
    }).threw,
  ).toHaveLength(10)
})
