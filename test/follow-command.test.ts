// A trader at the terminal: sees who it is, follows, accepts what was proposed, and leaves again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { readProvider } from '../executor/providers/provider-folder.ts'
import { START, followed as standing, TestExecutor } from '../executor/testing/rig.ts'
import { acme, answerCatalogue, INVITED } from './following.ts'
import { keyside } from './keyside.ts'
import { keysideHere } from './keyside-here.ts'
import { makeVaultQuick } from './quick-vault.ts'

const PASSPHRASE = 'correct horse battery'

async function trader() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-trader-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  const run = (args: readonly string[], ...answers: readonly string[]) =>
    keysideHere(args, { env, answers })
  const file = (name: string) => join(home, name)
  writePrivate(file('passphrase'), `${PASSPHRASE}\n`)
  writePrivate(file('token'), `12345678:${'A'.repeat(35)}\n`)
  const init = ['init', '--role', 'trader', '--keychain', 'vault']
  const given = ['--passphrase-file', file('passphrase'), '--telegram-token-file', file('token')]
  const made = await run([...init, ...given])
  expect(made.stderr).toBe('')
  await makeVaultQuick(home, PASSPHRASE)
  return { home, env, run, file }
}

const read = (file: string) => readFileSync(file, 'utf8')

test('from a link to a policy that is accepted, and out again', async () => {
  const [provider, { home, env, run, file }] = await Promise.all([acme(), trader()])
  await answerCatalogue(provider, [
    { stream: 'swing-eth', market: 'ETH/USDT', timeframe: '4h', about: 'holds for days' },
  ])
  const { link } = provider.provider().invite(INVITED)
  const policy = read(file('policy.yaml'))

  const declined = await run(['follow', link], 'no')
  expect(declined.stderr).toContain('nothing was changed (not_confirmed)')
  expect(read(file('policy.yaml'))).toBe(policy)

  const { stdout } = await keyside(['follow', link], { env, answers: ['yes'] })
  const fingerprint = provider.made.root.match(/.{1,4}/g)?.join(' ') ?? ''
  for (const part of [fingerprint, 'You may lose all of it.', 'version 2', 'keyside policy bound'])
    expect(stdout).toContain(part)
  expect(stdout).toContain(provider.provider().subscribers()[0]?.kid.slice(0, 4))
  expect(stdout, 'there is none').not.toContain('accepted before')
  const proposed = read(file('policy.yaml'))
  expect(proposed).toContain('  acme/swing-eth: { allocation: 500, markets: [ETH/USDT] }')

  const listed = JSON.parse((await run(['providers', 'list', '--json'])).stdout)
  expect(listed.providers).toMatchObject([
    { name: 'acme', state: 'followed', plans: ['swing'], fingerprint: provider.made.root },
  ])
  const followed = await run(['providers', 'list'])
  expect(followed.stdout).toMatch(/ access +to \d{4}-\d\d-\d\d$/m)
  expect(followed.stdout).not.toMatch(/ (until|stands) /)
  expect(followed.stdout).toMatch(/ terms +swing: version 2, accepted$/m)
  expect(followed.stdout).toMatch(/ broker +mqtt:\/\/127/)
  // Shut out, as the executor has told it.
  const executor = new TestExecutor({ path: file('executor/journal.db') })
  executor.clock.setBack(START - Date.now())
  executor.take(standing('acme', 'followed'))
  executor.take(standing('acme', 'ended'))
  executor.close()
  expect((await run(['providers', 'list'])).stdout).toMatch(/ stands +the provider gives no more/)
  expect((await run(['doctor'])).stdout).toMatch(
    /^MISSING +providers +acme: the provider gives no/m,
  )

  // The first policy of a device: it counts at once.
  expect((await run(['policy', 'accept', '--yes'])).stdout).toContain('ccepted')

  writePrivate(file('passphrase'), 'another battery staple\n')
  const shut = await run(['providers', 'remove', 'acme', '--yes'])
  expect(shut.stderr).toContain('(vault_passphrase_wrong)')
  expect(readProvider(home, 'acme').state, 'nothing was changed').toBe('followed')
  writePrivate(file('passphrase'), `${PASSPHRASE}\n`)
  const removed = await run(['providers', 'remove', 'acme', '--yes'])
  expect(removed.stdout).toContain('looked after as before')
  expect(read(file('policy.yaml'))).toBe(proposed)
  expect((await run(['providers', 'list'])).stdout).toContain('No provider is followed')
  const unknown = await run(['providers', 'remove', 'zeta'])
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('provider_unknown') })
})

test('a link that was used, and one that is none, end with a sentence and a code', async () => {
  const [provider, { run }] = await Promise.all([acme(), trader()])
  const { link } = provider.provider().invite(INVITED)
  await (await provider.device(link)).enrol([{ plan: 'swing', version: 2 }])
  const used = await run(['follow', link, '--yes'])
  expect(used).toMatchObject({ code: 3, stderr: expect.stringContaining('(invitation_used)') })
  const none = await run(['follow', 'keyside://'])
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('(invitation_malformed)') })
  expect((await run(['providers', 'list'])).stdout).toContain('No provider is followed')
})
