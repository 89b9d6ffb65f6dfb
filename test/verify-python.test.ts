// The wire is readable outside of JavaScript: examples/verify.py accepts every valid vector and refuses forged ones.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import cryptography']).status === 0,
)
if (python === undefined)
  console.log('skipped: examples/verify.py needs Python 3 with the package "cryptography"')

const vectors = (name: string, filter = /./) =>
  readdirSync(join(root, 'protocol/vectors', name))
    .filter((file) => filter.test(file))
    .map((file) => join('protocol/vectors', name, file))

const verify = (files: string[]) =>
  spawnSync(python ?? 'python3', ['examples/verify.py', ...files], { cwd: root, encoding: 'utf8' })

test.skipIf(python === undefined)('verify.py accepts every valid vector', () => {
  const files = vectors('valid')
  const { status, stdout } = verify(files)
  expect(stdout.match(/: accepted/g)).toHaveLength(files.length)
  expect(status).toBe(0)
})

test.skipIf(python === undefined)('verify.py refuses forged headers and signatures', () => {
  const files = vectors('refused', /^(?:header|signature|stranger|swapped|exp-passed)/)
  const { status, stdout } = verify(files)
  expect(stdout.match(/: refused/g)).toHaveLength(files.length)
  expect(status).toBe(1)
})
