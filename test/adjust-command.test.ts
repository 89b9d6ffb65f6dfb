// keyside journal adjust, as a person sees it who has put a backup back.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keysideHere } from './keyside-here.ts'
import { openTestSystem, type TestSystem } from './test-system.ts'

let system: TestSystem
beforeAll(async () => {
  system = await openTestSystem()
  copyFileSync(file('executor/journal.db'), file('backup'))
})
afterAll(() => system.close())

const file = (name: string) => join(system.home, name)

function run(command: string, answers: readonly string[] = []) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: system.home }
  return keysideHere(command.split(' '), { env, answers })
}

const adjust = (...answers: readonly string[]) =>
  run('journal adjust', [system.passphrase, ...answers])

test('says before it asks which policy comes back, and afterwards that trading is halted', async () => {
  const { most, currency } = JSON.parse((await run('policy bound --json')).stdout)
  const bound = `: at most ${most} ${currency} can be lost in a day`
  expect((await adjust('n')).stdout).toContain(`In force is policy.yaml as it is${bound}`)
  const policy = readFileSync(file('policy.yaml'), 'utf8')
  writeFileSync(file('policy.yaml'), policy.replace('allocation: 5000', 'allocation: 4000'))
  expect((await run('policy accept --yes')).stdout).toContain('in force now')
  await run('halt')
  copyFileSync(file('backup'), file('executor/journal.db'))

  const refused = await adjust('n')
  expect(refused.stdout).toContain(`In force is another policy than policy.yaml${bound}`)
  expect(refused.stdout).toContain('none starts until')
  expect(refused.stderr).toContain('nothing was changed (not_confirmed)')
  expect((await run('journal list --json')).stdout).toBe('[]\n')

  const done = await adjust('y')
  expect(done.stdout).toMatch(/Done\. Trading is halted: "keyside unhalt" /)
  expect((await run('journal list')).stdout).toMatch(/trading is halted, by terminal:/)
  expect((await run('unhalt --yes')).stdout).toContain('Unhalted')
})
