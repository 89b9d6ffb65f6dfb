// keyside follow: who a provider is, what it has and what that means; then this device enrols there.
import { resolve } from 'node:path'
import {
  enrolmentKeys,
  type Followed,
  followOffer,
  type Offer,
  type OfferedStream,
  type Proposal,
  policyState,
  proposeStreams,
  readOffer,
} from '@keyside/executor'
import { streamName } from '@keyside/protocol'
import { keysideHome, readText, systemClock, writePrivate } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { silentDeps } from '../home/venue-info.ts'
import { followedLines, offerLines, proposalLines, question } from '../terminal/offer-report.ts'
import { print } from '../terminal/print.ts'
import { requireYes } from '../terminal/prompt.ts'

interface Options {
  as?: string
  yes: boolean
}

export function addFollow(program: Command): void {
  program
    .command('follow')
    .argument('<link>', 'the link of your provider, in quotation marks')
    .description('follow a provider, with the link that it sent you')
    .option('--as <name>', 'what you call it; its own name when left out')
    .option('--yes', 'do not ask: you have compared the fingerprint and read the terms', false)
    .addHelpText(
      'after',
      '\nIts streams are written into policy.yaml, and change nothing until "keyside policy accept".\nExample:\n  keyside follow "keyside://broker.example:8883/acme?i=..."',
    )
    .action(follow)
}

async function follow(link: string, { as, yes }: Options): Promise<void> {
  const home = keysideHome()
  const config = executorSection(home)
  const deps = { ...silentDeps(home), database: config.database }
  const offer = await readOffer(link, as, deps)
  print(...offerLines(offer), '')
  if (!yes) await requireYes(question(offer), 'nothing was changed')
  // Opened late, because it may ask for a passphrase.
  const keychain = await openHomeKeychain(home, config)
  const followed = await followOffer(offer, enrolmentKeys(keychain, deps.randomBytes), deps)
  print(...followedLines(offer, followed))
  const file = resolve(home, config.policy)
  const proposal = propose(file, offer, followed)
  print(
    ...proposalLines(
      proposal,
      file,
      keepsAccepted({ home, database: config.database, policy: config.policy }),
    ),
  )
}

/** Where the file cannot be read nothing is known of what was accepted, and "keyside policy accept" says so. */
function keepsAccepted(files: Parameters<typeof policyState>[0]): boolean {
  try {
    return policyState(files, systemClock.now()).starts
  } catch {
    return false
  }
}

function propose(file: string, { name }: Offer, { catalogue, record }: Followed): Proposal {
  const offered = [...catalogue.values()].flatMap((streams) =>
    (streams ?? []).map(
      ({ stream, ...about }): OfferedStream => ({ stream: streamName(name, stream), ...about }),
    ),
  )
  const text = read(file)
  const proposal = proposeStreams(
    text,
    offered,
    `proposed by ${name}, ${record.followedAt.slice(0, 10)}`,
  )
  if (proposal.text !== text) writePrivate(file, proposal.text)
  return proposal
}

/** Without a policy there is nothing to add to, and the report says why. */
function read(file: string): string {
  try {
    return readText(file)
  } catch {
    return ''
  }
}
