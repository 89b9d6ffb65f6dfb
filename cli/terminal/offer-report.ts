// Who it is that a link leads to, what there is to follow, and what that means, for the trader who decides.
import type { Followed, Offer, Proposal } from '@keyside/executor'
import { RISK } from '@keyside/runtime'
import { grouped } from './fingerprint.ts'
import { table } from './print.ts'

export function offerLines({ name, invitation, before, plans, url }: Offer): string[] {
  const called = name === invitation.provider ? '' : ` (it calls itself ${invitation.provider})`
  return [
    ...table([
      ['provider', `${name}${called}`],
      ['fingerprint', grouped(invitation.root)],
      ['broker', `${url}, TLS: ${invitation.tls}`],
    ]),
    '',
    'Compare the fingerprint with what the provider tells you by another way than this link: whoever changed the link on its way to you has another one.',
    ...(before === 'followed'
      ? ['', `You follow ${name} already: this device gets a new key and a new access there.`]
      : []),
    ...plans.flatMap(planLines),
    '',
    ...KNOWN,
  ]
}

function planLines({ plan, about, markets, terms }: Offer['plans'][number]): string[] {
  return [
    '',
    `Plan ${plan}: ${about}`,
    `  markets: ${markets.join(', ')}`,
    ...(terms === undefined
      ? ['  no terms']
      : [
          `  terms, version ${terms.version}:`,
          ...terms.text.split('\n').map((line) => `    ${line}`),
        ]),
  ]
}

const KNOWN = [
  'What you should know:',
  RISK,
  '- Its signals buy and sell with your money, as far as your policy lets them, also when they are wrong or its keys are stolen.',
  '- "keyside policy bound" says the most that can be lost in a day; one provider more is one more who can lose it for you.',
  '- It learns that this device is there, and nothing of your keys, balances, orders or fills.',
  '- Nothing is bought until you have accepted a policy that names its streams.',
]

/** For the question: what is agreed to by "yes". */
export function question({ name, plans }: Offer): string {
  const terms = plans.some((plan) => plan.terms !== undefined)
  return `Type yes to ${terms ? 'accept the terms and ' : ''}follow ${name}: `
}

export function followedLines({ name }: Offer, { kid, record, catalogue }: Followed): string[] {
  const silent = [...catalogue].filter(([, streams]) => streams === null).map(([plan]) => plan)
  return [
    `You follow ${name} until ${new Date(record.until * 1000).toISOString().slice(0, 10)}. An executor that runs connects by itself.`,
    `The key of this device there is ${grouped(kid)}`,
    'The provider sees the same key; if another one is shown there, tell the provider at once.',
    ...(silent.length === 0
      ? []
      : [
          '',
          `Its engine did not answer about ${silent.join(', ')}: write their streams into policy.yaml yourself, as the provider names them.`,
        ]),
  ]
}

/** `keeps`: whether an executor goes on with a policy that was accepted before, also one that is started meanwhile. */
export function proposalLines(
  { streams, markets, left }: Proposal,
  file: string,
  keeps: boolean,
): string[] {
  const nothing = streams.length === 0
  return [
    '',
    ...(nothing
      ? ['Nothing was written into your policy.']
      : [
          `Written into ${file} as proposals, which change nothing until you accept them:`,
          ...streams.map(
            ({ stream, market }) => `  ${stream} on ${market}, for as much as one order`,
          ),
          ...(markets.length === 0
            ? []
            : [
                `  and ${markets.join(', ')} to your markets: a stream whose line names no markets may use them too`,
              ]),
        ]),
    ...left.map(({ stream, why }) => `  not ${stream}: ${why}`),
    ...(nothing
      ? []
      : [
          '',
          'Next: set the allocations as you want them, then "keyside policy accept".',
          ...(keeps
            ? ['Until then the policy that you accepted before stays in force, over restarts too.']
            : []),
        ]),
  ]
}
