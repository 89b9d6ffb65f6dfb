// A provider at the terminal while the authority runs: invites, sees it used, changes the keyset, shuts out.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { keysetTopic, thumbprint } from '@keyside/protocol'
import { readSigningKey, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { readKeyset } from '../authority/keyset/file.ts'
import { PASSPHRASE, PLANS, runningProvider } from '../authority/testing/provider-home.ts'
import { grouped } from '../cli/terminal/fingerprint.ts'
import { ownTime } from '../runtime/testing/own-time.ts'
import { MAIN as main } from './keyside.ts'
import { keysideHere } from './keyside-here.ts'

async function atTheTerminal() {
  const running = await runningProvider()
  const { home, mqtt } = running
  const section = {
    provider: 'acme',
    broker: { url: mqtt },
    addresses: [{ url: mqtt, tls: 'none' }],
    plans: PLANS,
  }
  writePrivate(join(home, 'config.yaml'), `authority: ${JSON.stringify(section)}\n`)
  writePrivate(join(home, 'passphrase'), `${PASSPHRASE}\n`)
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  const run = (command: string, ...answers: readonly string[]) =>
    keysideHere(command.split(' '), { env, answers })
  /** Runs on, and gives each line that it prints. */
  const follow = (command: string) => {
    const child = spawn(process.execPath, [main, ...command.split(' ')], { env })
    onTestFinished(() => void child.kill())
    return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }
  const file = (name: string) => join(home, name)
  const withPassphrase = `--passphrase-file ${file('passphrase')}`
  return { ...running, run, follow, file, withPassphrase }
}

async function lineWith(lines: AsyncIterator<string>, part: string): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`no line with "${part}"`)
    if (value.includes(part)) return value
  }
}

test('from a link to a subscriber, a renewed keyset, and out again', async () => {
  const provider = await atTheTerminal()
  const { run, follow, withPassphrase } = provider
  const lines = follow('invite alice --plans trend --days 30')
  const link = await lineWith(lines, 'keyside://')
  await lineWith(lines, 'Waiting until it is used')
  const device = await provider.device(link)
  const answer = await device.enrol()
  if (!('access' in answer)) throw new Error('refused')
  expect(await lineWith(lines, 'is a subscriber until')).toContain('alice')
  expect(await lineWith(lines, 'has the key')).toContain(grouped(device.key.kid))
  await device.close()
  const client = await provider.client(answer.access, [keysetTopic('acme')])

  expect((await run('subscribers list')).stdout).toMatch(/alice +trend +\S+ +never connected/)
  expect((await run('subscribers renew alice --days 335')).stdout).toContain('until')
  const [row] = JSON.parse((await run('subscribers list --json')).stdout)
  expect(row.until - answer.until).toBe(335 * 86_400)

  expect((await run(`keyset renew ${withPassphrase}`)).stdout).toContain('Keyset 2')
  const { token } = await client.message(keysetTopic('acme'), 1)
  expect(readKeyset(token).claims.version).toBe(2)

  const passed = ownTime()
  const removed = run('subscribers remove alice --yes')
  await client.gone()
  expect(passed()).toBeLessThan(2_000)
  expect((await removed).stdout).toContain('alice is shut out')
  expect((await run('subscribers list')).stdout).toMatch(/alice .* removed/)
})

test('a root elsewhere: a draft goes there, each signer signs it, and it comes back', async () => {
  const { run, file, withPassphrase, engine, read } = await atTheTerminal()
  const made = await run(`root create ${file('second.vault')} ${withPassphrase}`)
  const [, second] = /public key +(\S+)/.exec(made.stdout) ?? []
  const [first] = readKeyset(read('authority/keyset.txt')).claims.roots.at(-1)?.keys ?? []
  const draft = file('draft.json')
  const rotated = await run(
    `root rotate --keys ${first},${second} --threshold 2 --draft ${draft} --days 60`,
  )
  expect(rotated.stdout).toContain('Next:')
  expect((await run(`keyset publish ${draft}`)).stderr).toContain('keyset_unsigned')
  const shown = await run(`root sign ${draft} ${withPassphrase}`, 'n')
  expect(shown.stdout).toContain('2 of 2 must sign')
  expect(readFileSync(draft, 'utf8')).toMatch(/^\{/)
  expect((await run(`root sign ${draft} --yes ${withPassphrase}`)).stdout).toContain('not yet by')
  const other = await run(
    `root sign ${draft} --yes --root ${file('second.vault')} ${withPassphrase}`,
  )
  expect(other.stdout).toContain('Signed by 2')
  const published = await run(`keyset publish ${draft}`)
  expect(published.stdout).toContain('Keyset 2')
  expect(published.stdout, 'the fingerprint to be published').toMatch(/^ {2}(\S{4} ){10}\S{3}$/m)
  expect((await run('keyset renew')).stderr, 'before it asks for a passphrase').toContain(
    '(keyset_unsigned)',
  )

  for (const there of [draft, file('second.vault')]) {
    const before = readFileSync(there, 'utf8')
    const refused = await run(`keyset revoke ${engine.kid} --draft ${there}`)
    expect(refused.stderr).toContain('(file_exists)')
    expect(readFileSync(there, 'utf8')).toBe(before)
  }
  const noStick = await run(`keyset revoke ${engine.kid} --draft ${file('stick/next.json')}`)
  expect(noStick.stderr).toContain('(file_refused)')
  expect(existsSync(file('stick'))).toBe(false)
  expect(existsSync(file('engine/engine.key.next')), 'refused before it makes a key').toBe(false)
  const next = file('next.json')
  const revoked = await run(`keyset revoke ${engine.kid} --draft ${next}`)
  expect(revoked.code).toBe(0)
  const { claims } = readKeyset(readFileSync(next, 'utf8'))
  expect(claims.revoked).toEqual([engine.kid])
  expect(claims.keys.map(({ key }) => thumbprint(key))).not.toContain(engine.kid)
  expect(existsSync(file('engine/engine.key.next'))).toBe(true)
})

test('what cannot be done says what to do instead', async () => {
  const { run, file } = await atTheTerminal()
  const dashed = await run(`keyset revoke -${'k'.repeat(42)} --days 60`)
  expect(dashed.stderr, 'a key may begin with a dash').toContain('key_unknown')
  const code = async (command: string) => {
    const { code: exit, stderr } = await run(command)
    return [exit, /\((\w+)\)\n$/.exec(stderr)?.[1]]
  }
  // Before it asks.
  expect(await code('subscribers remove nobody')).toEqual([3, 'subscriber_unknown'])
  expect(await code('invite alice --plans gold')).toEqual([3, 'plan_unknown'])
  expect(await code(`keyset revoke ${'A'.repeat(43)} --draft x`)).toEqual([3, 'key_unknown'])
  writeFileSync(file('authority/root.vault.away'), '')
  const config = readFileSync(file('config.yaml'), 'utf8')
  writeFileSync(file('config.yaml'), config.replace('}\n', ', "rootFile": "elsewhere"}\n'))
  expect(await code('keyset renew')).toEqual([3, 'root_missing'])
})

test('a next key stays where its keyset is not signed: a draft may name it, and the next change takes it', async () => {
  const { run, file, engine, withPassphrase } = await atTheTerminal()
  const next = file('engine/engine.key.next')
  writeFileSync(file('wrong'), 'another passphrase\n', { mode: 0o600 })
  const draft = file('draft.json')
  const mistyped = await run(`keyset rotate-engine --passphrase-file ${file('wrong')}`)
  expect(mistyped.stderr).toContain('vault_passphrase_wrong')
  const { publicKey } = readSigningKey(next)
  expect(await run(`keyset revoke ${engine.kid} --draft ${draft}`)).toMatchObject({ code: 0 })
  const { keys } = readKeyset(readFileSync(draft, 'utf8')).claims
  expect(keys.map(({ key }) => key)).toContain(publicKey)
  writeFileSync(next, 'not needed')
  expect(await run(`keyset renew ${withPassphrase}`)).toMatchObject({ code: 0 })
})
