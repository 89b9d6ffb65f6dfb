// What an intent is held to, where the other tests cannot wait for it.
import { expect, test } from 'vitest'
import { entryIntent, exitIntent } from '../../protocol/vectors/provider-claims.ts'
import { checkIntent } from './check-intent.ts'

test.each([entryIntent, exitIntent])(
  'an intent that waited until its end is not signed: $kind',
  (intent) => {
    const row = {
      market: intent.market,
      position: intent.kind === 'entry' ? 'flat' : 'long',
    } as const
    expect(checkIntent(intent, row, intent.exp - 0.001)).toBeNull()
    expect(checkIntent(intent, row, intent.exp)).toMatchObject({ code: 'expired' })
  },
)
