// docs/venues.md says of each claim what the code says, and an exchange is proved by nobody's word but its own.
import { CLAIM_NAMES, CLAIMS, VENUE_NAMES } from '@keyside/executor'
import { expect, test } from 'vitest'
import { RECORDED_SHOWS, SANDBOX_SHOWS } from '../executor/venues/proof/claims.ts'
import { read } from './source.ts'

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

function sameClaim(row: string, line: string): boolean {
  const [, name] = row.split(' | ', 1)[0]?.split('`') ?? []
  return line.startsWith(`| \`${name}\` |`)
}
