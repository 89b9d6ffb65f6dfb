import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sbom } from '../release/sbom.ts'

test('the list names the package, and each library with its hash, also one that a tool needs too', () => {
  const said = sbom(join(import.meta.dirname, '..'), ['yaml', 'zod', 'keytar'])
  expect(said).toMatchObject({
    metadata: { component: { name: 'keyside', type: 'application' } },
    components: expect.toSatisfy((all: { name: string; hashes: unknown[] }[]) =>
      all.every(({ hashes }) => hashes.length > 0),
    ),
  })
  expect(
    new Set((said as { components: { name: string }[] }).components.map((one) => one.name)),
  ).toEqual(new Set(['yaml', 'zod', 'keytar']))
  const { dependencies } = said as { dependencies: { dependsOn: string[] }[] }
  expect(dependencies[0]?.dependsOn).toHaveLength(3)
})

test('one that npm does not know is refused by its name: a list that leaves something out is none', () => {
  expect(() => sbom(join(import.meta.dirname, '..'), ['yaml', 'no-such-library'])).toThrow(
    'npm sbom has no hash of no-such-library',
  )
})
