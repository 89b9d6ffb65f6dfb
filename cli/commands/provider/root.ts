// keyside root: the keys by which a provider is known. Needs no network; files in, files out.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  createRoot,
  KEYSET_DAYS,
  readKeyset,
  rotateRoot,
  signedText,
  soleRoot,
} from '@keyside/authority'
import { enrolKey, type Root, rootFingerprint } from '@keyside/protocol'
import { keysideHome, readText, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { keysetLines } from '../../provider/keyset-report.ts'
import { providerHome } from '../../provider/provider-home.ts'
import { signAndPublish, signWith } from '../../provider/sign-keyset.ts'
import { days } from '../../terminal/duration.ts'
import { freeFile, writableFile } from '../../terminal/free-file.ts'
import { newPassphrase } from '../../terminal/new-passphrase.ts'
import { print } from '../../terminal/print.ts'
import { requireConfirm } from '../../terminal/prompt.ts'

export function addRoot(program: Command): void {
  const root = program
    .command('root')
    .description('the key by which a provider is known: create, sign, rotate; needs no network')
  root
    .command('create')
    .argument('<file>', 'where the encrypted key goes')
    .description('make a root key, encrypted under a passphrase')
    .option('--passphrase-file <file>', 'asked for when left out')
    .addHelpText('after', '\nExample:\n  keyside root create /media/stick/root.vault')
    .action(create)
  root
    .command('sign')
    .argument('<file>', 'a draft, or a keyset that others have signed; it is replaced')
    .description('sign a keyset, after showing what is in it')
    .option('--root <file>', "the encrypted root key; this home's when left out")
    .option('--passphrase-file <file>', 'asked for when left out')
    .option('--yes', 'do not ask', false)
    .addHelpText(
      'after',
      '\nExample:\n  keyside root sign draft.json --root /media/stick/root.vault',
    )
    .action(sign)
  root
    .command('rotate')
    .description('draft a keyset with another root, which the present root and the new one sign')
    .requiredOption('--keys <keys>', 'the public keys of the new root, 1 to 5', keys)
    .option('--threshold <count>', 'how many of them must sign', threshold, 1)
    .option('--days <days>', 'how long the keyset counts', days, KEYSET_DAYS)
    .requiredOption('--draft <file>', 'where the draft goes')
    .addHelpText('after', ROTATE_HELP)
    .action(rotate)
}

const ROTATE_HELP = `
Devices that follow you need not pair again: a root that they know vouches for the next one.
Example:
  keyside root create new.vault                              prints its public key
  keyside root rotate --keys <public key> --draft draft.json
  keyside root sign draft.json
  keyside root sign draft.json --root new.vault
  keyside keyset publish draft.json`

interface FileOptions {
  passphraseFile?: string
}

async function create(file: string, { passphraseFile }: FileOptions): Promise<void> {
  const target = freeFile(file)
  const passphrase = await newPassphrase(
    keysideHome(),
    passphraseFile && resolve(passphraseFile),
    'the root',
  )
  const options = { file: target, passphrase, randomBytes: systemRandomBytes }
  const { publicKey } = await createRoot(options)
  print(
    `Made in ${file}. Keep a copy of it and of its passphrase in two places: without both you cannot change a key.`,
    '',
    `  public key    ${publicKey}`,
    `  fingerprint   ${rootFingerprint(soleRoot(publicKey))}   as the only key of a root`,
  )
}

async function sign(
  file: string,
  { root, passphraseFile, yes }: FileOptions & { root?: string; yes: boolean },
): Promise<void> {
  const home = keysideHome()
  const unsigned = readKeyset(readText(resolve(file)))
  print(...keysetLines(unsigned), '')
  writableFile(file)
  if (!yes) await requireConfirm('Sign this?', 'nothing was signed')
  const rootFile = root === undefined ? rootOf(home) : resolve(root)
  const given = passphraseFile && resolve(passphraseFile)
  const signed = await signWith(rootFile, unsigned, home, given)
  writePrivate(resolve(file), signedText(signed))
  print(keysetLines(signed).at(-1) ?? '')
}

/** Where the configuration says, if this is a provider's home. */
function rootOf(home: string): string {
  if (!existsSync(join(home, 'config.yaml'))) return join(home, 'authority/root.vault')
  return resolve(home, providerHome().config.rootFile)
}

async function rotate(options: {
  keys: string[]
  threshold: number
  days: number
  draft: string
}): Promise<void> {
  const root: Root = { keys: options.keys.toSorted(), threshold: options.threshold }
  const parts = providerHome()
  await signAndPublish(parts, () => rotateRoot(parts, root, options.days), { draft: options.draft })
}

function keys(text: string): string[] {
  const all = text.split(',')
  if (all.length <= 5 && new Set(all).size === all.length && all.every((key) => enrolKey(key).ok))
    return all
  throw new InvalidArgumentError('expected 1 to 5 public keys as "keyside root create" prints them')
}

function threshold(text: string): number {
  if (/^[1-5]$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 5')
}
