// keyside code, as a person with an authenticator types it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { expect, onTestFinished, test } from 'vitest'
import { type CommandResult, MAIN } from './keyside.ts'
import { keysideHere } from './keyside-here.ts'
import { makeVaultQuick } from './quick-vault.ts'

const PASSPHRASE = 'a passphrase of several words'

async function newHome() {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const home = join(folder, 'home')
  const env = { PATH: process.env['PATH'], KEYSIDE_HOME: home }
  const passphrase = file('passphrase', PASSPHRASE)
  const token = file('token', `4242424242:${'A'.repeat(35)}`)
  const init = `init --role alone --keychain vault --passphrase-file ${passphrase} --telegram-token-file ${token}`
  expect(await keysideHere(init.split(' '), { env })).toMatchObject({ code: 0 })
  await makeVaultQuick(home, PASSPHRASE)
  const type = (args: string, answers: readonly string[] = []): Promise<CommandResult> =>
    keysideHere(args.split(' '), { env, answers })
  return { home, env, type }
}

/** Reads the secret as an app does, and types the code that it makes of it. */
async function addWith(env: NodeJS.ProcessEnv, codeOf: (app: TOTP) => string) {
  const child = spawn(process.execPath, [MAIN, 'code', 'add'], { env })
  let printed = ''
  let uri: string | undefined
  child.stderr.on('data', (chunk) => {
    printed += String(chunk)
  })
  child.stdout.on('data', (chunk) => {
    printed += String(chunk)
    const [shown] = /otpauth:\S+/.exec(printed) ?? []
    if (shown === undefined || uri !== undefined || !printed.includes('not shown again')) return
    uri = shown
    child.stdin.end(`${codeOf(appOf(shown))}\n`)
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, printed, uri: uri ?? '' }
}

function appOf(uri: string): TOTP {
  const { searchParams } = new URL(uri)
  return new TOTP({ secret: searchParams.get('secret') ?? '' })
}

test('an authenticator is added with its code, checked, and removed, and doctor says when one is missing', async () => {
  const { home, env, type } = await newHome()
  expect((await type('code check', ['123456'])).stderr).toContain('keyside code add')
  const mistyped = await addWith(env, () => '12345x')
  expect(mistyped.code).not.toBe(0)
  expect((await type('code check', ['123456'])).stderr, 'nothing was kept').toContain('code add')

  const added = await addWith(env, (app) => app.generate())
  expect(added).toMatchObject({ code: 0 })
  expect(added.printed).toContain('Stored')
  expect(added.uri).not.toBe(mistyped.uri)
  const { secret } = appOf(added.uri)
  expect(added.printed).toContain(secret.base32.replace(/.{4}(?=.)/g, '$& '))
  const vault = readFileSync(join(home, 'executor/vault.json'))
  expect([secret.base32, Buffer.from(secret.bytes)].some((form) => vault.includes(form))).toBe(
    false,
  )

  const second = await type('code add', ['123456'])
  expect(second.stderr).toMatch(/keyside code remove.*\(code_in_use\)/)
  expect(second.stdout, 'no other secret is shown').not.toContain('otpauth')
  expect(await type('code check', [appOf(added.uri).generate()])).toMatchObject({ code: 0 })
  expect((await type('code check', ['12345x'])).code).not.toBe(0)

  const policy = join(home, 'policy.yaml')
  const text = readFileSync(policy, 'utf8')
  writeFileSync(policy, text.replace(/code_above: never/, 'code_above: 200'))
  const finding = async () => {
    const { stdout } = await type('doctor --json')
    return (JSON.parse(stdout) as { check: string }[]).find(({ check }) => check === 'code')
  }
  expect(await finding()).toMatchObject({ ok: true })
  expect((await type('code remove --yes')).stdout).toContain('Removed')
  expect((await type('code remove --yes')).stderr).toContain('(approval_code_unset)')
  expect(await finding()).toMatchObject({
    ok: false,
    text: 'code_above is 200 and there is no authenticator: run "keyside code add"',
  })
}, 180_000)
