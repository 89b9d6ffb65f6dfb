// Streams of a provider as lines in policy.yaml: they are written for the trader to read, and count when they are accepted.
import { addToYaml } from '@keyside/runtime'
import type { Policy } from '../core/risk/policy/schema.ts'
import { MAX_STREAMS } from '../core/risk/policy/streams-schema.ts'
import { loadPolicy } from './load.ts'

/** A stream that a provider has. */
export interface OfferedStream {
  /** As this device names it: `provider/stream`. */
  readonly stream: string
  readonly market: string
  readonly timeframe: string
  /** The provider's own line about it. */
  readonly about: string
}

export interface Proposal {
  /** The file with the proposals in it; as it was where nothing could be added. */
  readonly text: string
  readonly streams: readonly OfferedStream[]
  readonly markets: readonly string[]
  /** Streams that were not written, and why. */
  readonly left: readonly { readonly stream: string; readonly why: string }[]
}

/** Of a policy: streams-schema.ts. */
const MAX_MARKETS = 50

/** `text` is the policy as it is; whatever the trader wrote there stays, to the character. */
export function proposeStreams(
  text: string,
  offered: readonly OfferedStream[],
  title: string,
): Proposal {
  const loaded = loadPolicy(text)
  const none = (why: string) => {
    return { text, streams: [], markets: [], left: offered.map(({ stream }) => ({ stream, why })) }
  }
  if (!loaded.ok) return none(loaded.message)
  const { policy } = loaded
  const sorted = offered.map((each) => ({ each, why: whyNot(each, policy) }))
  const left = sorted.flatMap(({ each: { stream }, why }) =>
    why === null ? [] : [{ stream, why }],
  )
  const fitting = sorted.filter(({ why }) => why === null).map(({ each }) => each)
  const streams = fitting.slice(0, MAX_STREAMS - policy.streams.size)
  const markets = [...new Set(streams.map(({ market }) => market))].filter(
    (market) => !policy.markets.includes(market),
  )
  if (streams.length < fitting.length || policy.markets.length + markets.length > MAX_MARKETS)
    return none(
      'policy.yaml has as many streams or markets as it may have: write the ones you want yourself',
    )
  if (streams.length === 0) return { text, streams, markets, left }
  const next = written(text, { streams, markets, title, order: policy.limits.order })
  if (next === null || !loadPolicy(next).ok)
    return none(
      'policy.yaml is written in a way that lines cannot be added to: write them yourself',
    )
  return { text: next, streams, markets, left }
}

function whyNot({ stream, market }: OfferedStream, policy: Policy): string | null {
  if (policy.streams.has(stream)) return 'it is there already'
  if (market.includes(':')) return `${market} is no spot market`
  if (!market.endsWith(`/${policy.currency}`))
    return `${market} is not quoted in ${policy.currency}, the currency of your policy`
  return null
}

/** Each stream may trade its own market alone, and have one order in it at a time. */
function written(
  text: string,
  {
    streams,
    markets,
    title,
    order,
  }: Pick<Proposal, 'streams' | 'markets'> & { title: string; order: string },
): string | null {
  const lines = streams.flatMap(({ stream, market, timeframe, about }) => [
    `# ${market} ${timeframe}${about === '' ? '' : `: ${about}`}`,
    `${stream}: { allocation: ${order}, markets: [${market}] }`,
  ])
  const withStreams = addToYaml(text, ['streams'], [`# ${title}`, ...lines])
  if (withStreams === null || markets.length === 0) return withStreams
  return addToYaml(withStreams, ['markets'], markets)
}
