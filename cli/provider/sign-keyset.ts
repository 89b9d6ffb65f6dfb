// A changed keyset of this home: signed with the root that is here and published, or written as a draft for one elsewhere.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  addSignature,
  currentKeyset,
  draftText,
  type KeysetFile,
  openRoot,
  publishKeyset,
  rootInForce,
} from '@keyside/authority'
import type { Keyset } from '@keyside/protocol'
import { KeysideError, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { freeFile } from '../terminal/free-file.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { print } from '../terminal/print.ts'
import { keysetLines } from './keyset-report.ts'
import type { ProviderHome } from './provider-home.ts'

export interface SignOptions {
  /** Write it there, and sign nothing. */
  readonly draft?: string
  /** Of the root; asked for when left out. */
  readonly passphraseFile?: string
}

/**
 * `change` may make a key: it is called once nothing that can be known before is in the way. That key stays also where the
 * keyset is not signed: a draft of somebody else may name it meanwhile, and the next change takes it.
 */
export async function signAndPublish(
  parts: ProviderHome,
  change: () => Keyset,
  { draft, passphraseFile }: SignOptions,
): Promise<void> {
  if (draft !== undefined) {
    const file = freeFile(draft)
    writePrivate(file, draftText(change()))
    return print(...afterDraft(draft))
  }
  const rootFile = resolve(parts.home, parts.config.rootFile)
  if (!existsSync(rootFile))
    throw new KeysideError(
      'root_missing',
      `there is no root key at ${rootFile}: write the change with --draft <file>, and sign it where the root is`,
    )
  const { threshold } = rootInForce(currentKeyset(parts))
  if (threshold > 1)
    throw new KeysideError(
      'keyset_unsigned',
      `${threshold} of the keys of the root must sign it, each where it is: write it with --draft FILE, then "keyside root sign FILE" for each, then "keyside keyset publish FILE"`,
    )
  const claims = change()
  print(...keysetLines({ claims, tokens: [] }), '')
  const file = await signWith(rootFile, { claims, tokens: [] }, parts.home, passphraseFile)
  publishKeyset(parts, file)
  print(
    `Signed. Keyset ${claims.version} is published within a second while "keyside authority" runs, else at its next start.`,
  )
}

/** Adds the signature of the root key in `rootFile`. */
export async function signWith(
  rootFile: string,
  file: KeysetFile,
  home: string,
  passphraseFile: string | undefined,
): Promise<KeysetFile> {
  const passphrase = await readPassphrase(home, passphraseFile, 'the root')
  const key = await openRoot({ file: rootFile, passphrase, randomBytes: systemRandomBytes })
  return addSignature(file, key)
}

function afterDraft(draft: string): string[] {
  return [
    `Written to ${draft}. Next:`,
    `  keyside root sign ${draft}        where the root is; each signer in turn`,
    `  keyside keyset publish ${draft}   here`,
  ]
}
