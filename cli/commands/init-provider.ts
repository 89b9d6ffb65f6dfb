// keyside init for a provider: its name, its public address, and the passphrase of its root.
import { basename, join, resolve } from 'node:path'
import { id } from '@keyside/protocol'
import { KeysideError, systemClock, systemRandomBytes } from '@keyside/runtime'
import { refuseSecondVault } from '@keyside/runtime/vault'
import { MADE_FILES, PROVIDER_FILES } from '../home/home-files.ts'
import { makeProviderHome } from '../home/make-provider-home.ts'
import { madeOrTakenBack } from '../home/take-back.ts'
import { FIRST_STRATEGIES } from '../sandbox/examples.ts'
import { grouped } from '../terminal/fingerprint.ts'
import { newPassphrase } from '../terminal/new-passphrase.ts'
import { print } from '../terminal/print.ts'
import { prompt } from '../terminal/prompt.ts'
import { publicAddress } from '../terminal/public-address.ts'

export interface ProviderOptions {
  name?: string
  address?: string
  passphraseFile?: string
  certFile?: string
  keyFile?: string
  exchangeAddress?: string
}

export async function initProvider(home: string, options: ProviderOptions): Promise<void> {
  const certificate = givenCertificate(options)
  refuseSecondVault(join(home, PROVIDER_FILES.root))
  const provider = checkedName(options.name ?? (await prompt(NAME)))
  const { host, port } = publicAddress(options.address ?? (await prompt(ADDRESS)))
  const file = options.passphraseFile && resolve(options.passphraseFile)
  const passphrase = await newPassphrase(home, file, 'your root key')
  const strategies = FIRST_STRATEGIES.map((path) => join('strategies', basename(path)))
  const files = [...MADE_FILES, ...Object.values(PROVIDER_FILES), ...strategies]
  const { root } = await madeOrTakenBack(home, files, () =>
    makeProviderHome({
      home,
      clock: systemClock,
      randomBytes: systemRandomBytes,
      provider,
      host,
      port,
      ...(certificate && { certificate }),
      passphrase,
      ...(options.exchangeAddress && { exchange: options.exchangeAddress }),
      strategies: FIRST_STRATEGIES,
    }),
  )
  print(
    `Set up in ${home}.`,
    '',
    'Traders know you by the fingerprint of your root key. Tell it to them by another way than the link:',
    `  ${grouped(root)}`,
    'Keep a copy of authority/root.vault and of its passphrase: without both, every trader has to follow you anew.',
    '',
    'Next:',
    '  keyside up                                start broker, authority and engine',
    '  keyside invite NAME --plans main          a link for one trader',
  )
}

const NAME = 'Your name as a provider, as traders will see it (a-z, 0-9 and "-"): '
const ADDRESS = 'Where traders reach this machine (host:port, such as signals.example.org:8883): '

function checkedName(text: string): string {
  const read = id.safeParse(text.trim())
  if (read.success && read.data !== 'home') return read.data
  throw new KeysideError(
    'provider_name_invalid',
    `expected a name of 1 to 32 characters a-z, 0-9 and "-" that is not "home", got "${text.trim()}"`,
  )
}

function givenCertificate({ certFile, keyFile }: ProviderOptions) {
  if (certFile === undefined && keyFile === undefined) return null
  if (certFile !== undefined && keyFile !== undefined)
    return { certFile: resolve(certFile), keyFile: resolve(keyFile) }
  throw new KeysideError(
    'certificate_incomplete',
    'a certificate needs both its files: give --cert-file and --key-file, or neither for one of its own',
  )
}
