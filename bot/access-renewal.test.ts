// A bot on another host: its access is renewed in time, by the authority that it has pinned and by nobody else.
import { join } from 'node:path'
import { type ProviderRequest, type SigningKey, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { newJti, readSecret, systemRandomBytes, tokenTimes } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { openFixture, until } from './testing/fixture.ts'
import { AUTHORITY, accessToken } from './testing/scripted-device.ts'

const DAY = 86_400
const acl = {
  publish: ['keyside/v1/command/device', 'keyside/v1/request/home/bot'],
  subscribe: ['keyside/v1/report/device'],
}

/** A bot with a token of a day, and somebody who answers each of its requests. */
async function openAsking(
  next: (now: number) => string,
  { signer = AUTHORITY, to }: { signer?: SigningKey; to?: string } = {},
) {
  const asked: ProviderRequest[] = []
  const fixture = await openFixture({
    renewal: (request) => {
      asked.push(request)
      const iat = request.iat
      const registered = { iss: 'home', aud: 'bot', iat, exp: iat + 60 }
      const jti = newJti(systemRandomBytes)
      const answer = { do: 'access' as const, token: next(iat * 1_000) }
      return sign('response', { ...registered, jti, to: to ?? request.jti, answer }, signer)
    },
  })
  await fixture.start()
  const token = () => readSecret(join(fixture.home, 'access'))
  return { ...fixture, asked, token }
}

const lend = (now: number, life: number, client = 'bot') =>
  accessToken({ now: () => now }, client, acl, life)

test('it asks when two thirds of the life of its token are over, and stores the new one', async () => {
  const { clock, asked, token } = await openAsking((now) => lend(now, 30 * DAY))
  const old = token()
  clock.advance((DAY * 2_000) / 3 - 60_000)
  expect(asked).toEqual([])
  clock.advance(120_000)
  await until(() => token() !== old)
  expect(asked.map(({ ask }) => ask)).toEqual([{ do: 'access' }])
  const { sub, iat, exp } = tokenTimes(token()) ?? expect.unreachable()
  expect([sub, exp - iat]).toEqual(['bot', 30 * DAY])
})

const soon = (now: number) => lend(now, 30 * DAY)

test.each<[string, (now: number) => string, { signer?: SigningKey; to?: string }]>([
  ['signed by another key', soon, { signer: signingKey(new Uint8Array(32).fill(9)) }],
  ['to a question of another time', soon, { to: newJti(systemRandomBytes) }],
  ['for another client', (now) => lend(now, 30 * DAY, 'device'), {}],
  ['that ends no later', (now) => lend(now, 60), {}],
])('an answer %s leaves the token as it is', async (_what, next, change) => {
  const { clock, asked, token, log } = await openAsking(next, change)
  const old = token()
  clock.advance((DAY * 2_000) / 3 + 60_000)
  // It comes after the answer.
  await until(() => log.some((line) => line.includes('token_malformed')))
  expect(asked).toHaveLength(1)
  expect(token()).toBe(old)
  expect(log.join('')).not.toContain('the access token was renewed')
})
