// docs/venues.md says of each claim what the code says, and an exchange is proved by nobody's word but its own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CLAIM_NAMES, CLAIMS, VENUE_NAMES } from '@keyside/executor'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { VenueAdapter } from '../executor/venues/adapter/venue-adapter.ts'
import { venueParts } from '../executor/venues/create-venue.ts'
import { RECORDED_SHOWS, SANDBOX_SHOWS } from '../executor/venues/proof/claims.ts'
import { read, root } from './source.ts'

const written = read('docs/venues.md').split('\n')

test('every claim has its row, with what shows it at each exchange', () => {
  const rows = CLAIM_NAMES.map((claim) => {
    const { says, asked, unproved } = CLAIMS[claim]
    const shown = VENUE_NAMES.map((venue) => {
      if (RECORDED_SHOWS[venue].includes(claim)) return 'recorded'
      return SANDBOX_SHOWS[venue].includes(claim) ? 'sandbox' : 'none'
    })
    return `| \`${claim}\` | ${[says, asked, ...shown, unproved].join(' | ')} |`
  })
  expect(written.filter((line) => rows.some((row) => sameClaim(row, line)))).toEqual(rows)
})

test('the table has a column for each exchange', () => {
  expect(written).toContain(
    `| claim | what it says | asked by \`prove\` | ${VENUE_NAMES.map((venue) => `\`${venue}\``).join(' | ')} | while it is not proved |`,
  )
})

const DAY_MS = 86_400_000

function lasting(ms: number): string {
  const named = new Map([
    [Number.POSITIVE_INFINITY, 'always'],
    [7_200_000, 'two hours'],
    [DAY_MS, 'a day'],
    [7 * DAY_MS, 'a week'],
  ])
  return named.get(ms) ?? `${ms / DAY_MS} days`
}

test('how long an exchange may hide an order, and how long it shows one, is what is concluded from', () => {
  const log = { info: () => undefined, warn: () => undefined }
  const keys = { apiKey: 'a', secret: 'b', passphrase: 'c' }
  const deps = { home: '.', clock: systemClock, randomBytes: systemRandomBytes, log }
  const venues = VENUE_NAMES.map((name) => {
    const { dialect } = venueParts({ name, sandboxSecretFile: 'none' }, deps)
    return { dialect, adapter: new VenueAdapter(dialect, { keys, clock: systemClock, log }) }
  })
  const hidden = venues.map(({ adapter: { viewLagMs } }) =>
    viewLagMs === 0 ? 'not at all' : `${viewLagMs / 1_000} s`,
  )
  const shown = venues.map(({ dialect, adapter: { retention } }) => {
    const all = [retention.unfilledMs, retention.filledMs, retention.fillsMs].map(lasting)
    const spans = dialect.fillsSpanMs === 7 * DAY_MS ? ' (asked for week by week)' : ''
    return `${all.join(', ')}${spans}`
  })
  expect(venues.map(({ dialect }) => dialect.name)).toEqual(VENUE_NAMES)
  expect(written).toContain(
    `| an order that was taken may be missing for | ${hidden.join(' | ')} |`,
  )
  expect(written).toContain(
    `| how long it shows one that is over without a fill, one with fills, and fills | ${shown.join(' | ')} |`,
  )
})

const COMMENT_OR_BLANK = /^\s*(?:\/\/|\/\*|\*|$)/

test.each(VENUE_NAMES)(
  'the dialect of %s is small: what others need too belongs into the adapter',
  (venue) => {
    const folder = join('executor/venues', venue)
    const files = readdirSync(join(root, folder)).filter((file) => !file.endsWith('.test.ts'))
    const lines = files.flatMap((file) => read(join(folder, file)).split('\n'))
    expect(lines.filter((line) => !COMMENT_OR_BLANK.test(line)).length).toBeLessThanOrEqual(450)
  },
)

function sameClaim(row: string, line: string): boolean {
  const [, name] = row.split(' | ', 1)[0]?.split('`') ?? []
  return line.startsWith(`| \`${name}\` |`)
}
