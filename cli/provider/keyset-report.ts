// A keyset in words, for the person who signs or publishes it.
import { type KeysetFile, missingSignatures, rootInForce, signersOf } from '@keyside/authority'
import { type Keyset, type Root, rootFingerprint, thumbprint } from '@keyside/protocol'
import { day } from '../terminal/duration.ts'
import { table } from '../terminal/print.ts'

export function keysetLines(file: KeysetFile): string[] {
  const { claims } = file
  const root = rootInForce(file)
  return [
    `Keyset ${claims.version} of ${claims.iss}, from ${day(claims.iat)} to ${day(claims.exp)}`,
    `Root ${rootFingerprint(root)}, ${root.threshold} of ${root.keys.length} must sign`,
    '',
    ...table([['key', 'signs', ''], ...claims.keys.map(keyCells)]),
    ...claims.revoked.map((kid) => `${kid}  revoked`),
    '',
    ...table([['plan', 'markets', 'terms', ''], ...claims.plans.map(planCells)]),
    '',
    ...claims.addresses.map(({ url, tls }) => `${url}  TLS: ${tls}`),
    '',
    signatureLine(file),
  ]
}

function keyCells({ key, kinds, plans, markets, until }: Keyset['keys'][number]): string[] {
  const scope = [plans, markets].flatMap((names) => names?.join(', ') ?? [])
  const end = until === undefined ? [] : [`until ${day(until)}`]
  return [thumbprint(key), kinds.join(', '), [...scope, ...end].join(', ')]
}

function planCells({ plan, about, markets, terms }: Keyset['plans'][number]): string[] {
  return [plan, markets.join(', '), terms ? `version ${terms.version}` : 'none', about]
}

function signatureLine(file: KeysetFile): string {
  const signers = signersOf(file).length
  const open = missingSignatures(file)
  if (open.length === 0) return `Signed by ${signers}: that is enough.`
  const newest = rootFingerprint(rootInForce(file))
  const isNewest = ({ root }: { root: Root }) => rootFingerprint(root) === newest
  const wanted = open
    .map((each) => {
      const named = isNewest(each) ? 'this root' : 'the root before'
      return `${each.missing} of ${named} (${each.root.keys.join(', ')})`
    })
    .join('; ')
  if (signers === 0) return `Not signed yet. It takes ${wanted}.`
  return open.some(isNewest)
    ? `Signed by ${signers}, not yet by ${wanted}.`
    : `Signed by ${signers}. A device that does not know this root yet takes it when ${wanted} has signed too.`
}
