// keyside pair, when it must begin nothing.
import { formatInvitation } from '@keyside/protocol'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addPair } from './pair.ts'

const pair = (...words: readonly string[]) => {
  const program = new Command()
  addPair(program)
  return program.parseAsync(['pair', ...words], { from: 'user' })
}

const LINK = formatInvitation({
  host: 'signals.example.org',
  port: 8883,
  provider: 'northwind',
  id: 'abc',
  root: 'A'.repeat(43),
  tls: 'ca',
  plans: ['main'],
  until: 9_999_999_999,
  secret: 'A'.repeat(22),
})

test.each([
  ['pairing_address_missing', 'bot'],
  ['pairing_wrong_link', LINK],
  ['invitation_malformed', 'keyside://signals.example.org'],
  ['invitation_malformed', 'bots'],
])('refuses with %s', async (code, what) => {
  await expect(pair(what)).rejects.toMatchObject({ code })
  await expect(pair(what), 'what to do').rejects.toThrow(/: run |: --listen /)
})
