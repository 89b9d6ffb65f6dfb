// keyside keyset: which keys of this provider count, for what and until when; plans, terms and addresses with them.

import { resolve } from 'node:path'
import {
  currentKeyset,
  KEYSET_DAYS,
  publishKeyset,
  readKeyset,
  renewKeyset,
  revokeKey,
  rootInForce,
  rotateEngineKey,
} from '@keyside/authority'
import { rootFingerprint } from '@keyside/protocol'
import { readText } from '@keyside/runtime'
import type { Command } from 'commander'
import { keysetLines } from '../../provider/keyset-report.ts'
import { keysetReminder, providerHome } from '../../provider/provider-home.ts'
import { type SignOptions, signAndPublish } from '../../provider/sign-keyset.ts'
import { days } from '../../terminal/duration.ts'
import { grouped } from '../../terminal/fingerprint.ts'
import { print, printJson } from '../../terminal/print.ts'

const OVERLAP_DAYS = 2

export function addKeyset(program: Command): void {
  const keyset = program
    .command('keyset')
    .description(
      'which keys of this provider count, its plans and its addresses: show, renew, publish',
    )
  keyset
    .command('show')
    .argument('[file]', 'a keyset or a draft; the one in force when left out')
    .description('what is in it, who has signed it, and how long it counts')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside keyset show')
    .action(show)
  const change = (name: string, description: string, example: string) =>
    keyset
      .command(name)
      .description(description)
      .option('--days <days>', 'how long the keyset counts', days, KEYSET_DAYS)
      .option('--draft <file>', 'write it there, for a root that is elsewhere, and sign nothing')
      .option('--passphrase-file <file>', 'of the root; asked for when left out')
      .addHelpText('after', `\nExample:\n  keyside keyset ${example}`)
  change(
    'renew',
    'the next keyset, with the plans and addresses that config.yaml names now',
    'renew',
  ).action((options: ChangeOptions) => {
    const parts = providerHome()
    return signAndPublish(parts, () => renewKeyset(parts, options.days), givenBy(options))
  })
  change(
    'rotate-engine',
    'give the engine another signing key; the present one counts until the overlap is over',
    'rotate-engine --overlap-days 2',
  )
    .option('--overlap-days <days>', 'how long both count', days, OVERLAP_DAYS)
    .action((options: ChangeOptions & { overlapDays: number }) => {
      const parts = providerHome()
      const change = () => rotateEngineKey(parts, options.days, options.overlapDays)
      return signAndPublish(parts, change, givenBy(options))
    })
  change('revoke', 'take a key out, at once and for good', 'revoke <kid>')
    .argument('<kid>', 'the key, as "keyside keyset show" lists it')
    .action((kid: string, options: ChangeOptions) => {
      const parts = providerHome()
      return signAndPublish(parts, () => revokeKey(parts, kid, options.days), givenBy(options))
    })
  keyset
    .command('publish')
    .argument('<file>', 'a keyset that is signed')
    .description('take a signed keyset into use')
    .addHelpText('after', '\nExample:\n  keyside keyset publish draft.json')
    .action(publish)
}

interface ChangeOptions {
  days: number
  draft?: string
  passphraseFile?: string
}

function givenBy({ draft, passphraseFile }: ChangeOptions): SignOptions {
  return {
    ...(draft !== undefined && { draft }),
    ...(passphraseFile !== undefined && { passphraseFile: resolve(passphraseFile) }),
  }
}

function show(path: string | undefined, { json }: { json: boolean }): void {
  if (path === undefined) {
    const parts = providerHome()
    const file = currentKeyset(parts)
    if (json) printJson(file.claims)
    else print(...keysetLines(file), ...keysetReminder(parts))
    return
  }
  const file = readKeyset(readText(resolve(path)))
  if (json) printJson(file.claims)
  else print(...keysetLines(file))
}

function publish(path: string): void {
  const file = readKeyset(readText(resolve(path)))
  const parts = providerHome()
  const [before, after] = [currentKeyset(parts), file].map((each) =>
    rootFingerprint(rootInForce(each)),
  )
  publishKeyset(parts, file)
  print(
    `Keyset ${file.claims.version} is published within a second while "keyside authority" runs, else at its next start.`,
  )
  if (after !== undefined && after !== before)
    print(
      '',
      'Your root is another one from now on. Publish its fingerprint where the old one stood:',
      `  ${grouped(after)}`,
    )
}
