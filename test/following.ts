// A provider that can be followed, for tests: broker, authority, and an engine that says which streams there are.
import {
  decodeBase64url,
  type ProviderResponse,
  responseTopic,
  seconds,
  sign,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  createLog,
  freePort,
  type Link,
  newJti,
  openLink,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { PLANS, runningProvider } from '../authority/testing/provider-home.ts'

/** What a link of these tests is for: one plan, whose terms are of version 2. */
export const INVITED = {
  client: 'alice',
  plans: ['swing'],
  until: 4_000_000_000,
  valid: 600,
  replace: false,
}

export type Streams = Extract<ProviderResponse['answer'], { do: 'catalogue' }>['streams']

/** Named acme, at a port that its invitations lead to. */
export async function acme() {
  return runningProvider({ port: await freePort(), plans: PLANS })
}

export type Acme = Awaited<ReturnType<typeof acme>>

/** An engine that answers each request with the streams of `swing`. */
export async function answerCatalogue(provider: Acme, streams: Streams): Promise<void> {
  const secret = decodeBase64url(provider.read('authority/authority.key').trim())
  if (secret === null) throw new Error('the authority has no key')
  const iat = seconds(systemClock.now())
  const acl = { publish: ['keyside/v1/response/acme/+'], subscribe: ['keyside/v1/request/acme/+'] }
  const times = { iat, exp: iat + 600, jti: newJti(systemRandomBytes) }
  const rights = { iss: 'authority', aud: 'broker', sub: 'engine', acl }
  const engine: Link = openLink({
    url: provider.mqtt,
    clientId: 'engine',
    token: sign('access', { ...rights, ...times }, signingKey(secret)),
    subscribe: acl.subscribe,
    onMessage: (_, token) => {
      const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
      const answer = { do: 'catalogue' as const, plan: 'swing', streams }
      const claims = { iss: 'acme', aud: 'alice', ...times, exp: iat + 60, to: jti, answer }
      return engine.publish(
        responseTopic('acme', 'alice'),
        sign('response', claims, provider.engine),
      )
    },
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => engine.close())
  await engine.ready
}
