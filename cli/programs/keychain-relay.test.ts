// Whom the parent answers: each program has a channel to it, and the secrets are one program's.
import { expect, test } from 'vitest'
import { answerKeychain } from './keychain-relay.ts'
import { PROGRAMS } from './program-names.ts'

test.each(PROGRAMS)(
  '%s is answered about the keychain only where it is the executor',
  async (program) => {
    const heard: unknown[] = []
    const child = { connected: true, send: (answer: unknown) => heard.push(answer) > 0 }
    // Without a session there is no keychain, and that is an answer too.
    const place = { home: '/nowhere', environment: { KEYSIDE_HOME: '/nowhere' } }
    const question = { type: 'keychain', id: 1, name: 'exchange/main' } as const
    await answerKeychain(program, child, place, question)
    expect(heard).toHaveLength(program === 'executor' ? 1 : 0)
  },
)
