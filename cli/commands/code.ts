// keyside code: the authenticator that large orders need besides a tap. Its secret is made here and shown here alone.
import {
  CODE_SECRET_BYTES,
  codeSecret,
  codeUri,
  type Keychain,
  keepCodeSecret,
  removeCodeSecret,
  spellSecret,
  stepOfCode,
} from '@keyside/executor'
import { KeysideError, keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { print } from '../terminal/print.ts'
import { prompt, requireConfirm } from '../terminal/prompt.ts'

export function addCode(program: Command): void {
  const code = program
    .command('code')
    .description('the authenticator whose codes release large orders (policy: code_above)')
  const command = (name: string, description: string) =>
    code
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside code ${name}`)
  command('add', 'make a secret, show it to your authenticator app, store it').action(add)
  command('check', 'see whether your authenticator and this device agree').action(check)
  command('remove', 'forget the secret: large orders are refused then')
    .option('--yes', 'do not ask', false)
    .action(remove)
}

async function add(): Promise<void> {
  const home = keysideHome()
  const keychain = await openHomeKeychain(home)
  await refuseSecond(keychain)
  const secret = systemRandomBytes(CODE_SECRET_BYTES)
  print(
    'Give this to an authenticator app, on a phone that is not this device:',
    '',
    `  ${codeUri(secret, executorSection(home).id)}`,
    '',
    'or type it there (SHA-1, 6 digits, 30 seconds):',
    '',
    `  ${spellSecret(secret)}`,
    '',
    'It is not shown again.',
  )
  await askForCode(secret)
  await keepCodeSecret(keychain, secret)
  print('Stored. It counts from the next start of the executor.')
}

async function check(): Promise<void> {
  const secret = await codeSecret(await openHomeKeychain(keysideHome()))
  if (secret === null) throw noAuthenticator()
  await askForCode(secret)
  print('The code is right.')
}

async function remove({ yes }: { yes: boolean }): Promise<void> {
  const keychain = await openHomeKeychain(keysideHome())
  const question = 'Forget the authenticator? Orders above code_above are refused without one.'
  if (!yes) await requireConfirm(question, 'the authenticator stays')
  if (!(await removeCodeSecret(keychain))) throw noAuthenticator()
  print('Removed, from the next start of the executor on. Delete it in the app too.')
}

/** Checked before a new secret is shown: an app must not get a secret that is then not stored. */
async function refuseSecond(keychain: Keychain): Promise<void> {
  if ((await codeSecret(keychain)) === null) return
  throw new KeysideError(
    'code_in_use',
    'this device has an authenticator already: remove it first with "keyside code remove"',
  )
}

/** Throws `approval_code_wrong`. */
async function askForCode(secret: Uint8Array): Promise<void> {
  const code = (await prompt('The code that it shows now: ')).replace(/\s/g, '')
  if (stepOfCode(secret, code, systemClock.now()) !== null) return
  throw new KeysideError(
    'approval_code_wrong',
    'that is not the code of this secret now: look at the clocks of both devices, and run it again',
  )
}

function noAuthenticator(): KeysideError {
  return new KeysideError(
    'approval_code_unset',
    'this device has no authenticator: run "keyside code add"',
  )
}
