// docs/venues.md says of each claim what the code says, and an exchange is proved by nobody's word but its own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CLAIM_NAMES, CLAIMS, VENUE_NAMES } from '@keyside/executor'
import { expect, test } from 'vitest'
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
