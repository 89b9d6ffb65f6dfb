import { expect, test } from 'vitest'
import { withUnreadProxy } from './unread-proxy.ts'

const NOBODY = 'no answer from the exchange (ETIMEDOUT): it may be down'

test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'http_proxy'])(
  'where nobody answers and %s is set, it is told that it is not read',
  (name) => {
    const told = withUnreadProxy(NOBODY, { [name]: 'http://user:secret@proxy:8080' })
    expect(told).toContain(`${name} is set here and not read`)
    expect(told).not.toContain('secret')
  },
)

test('nothing is said of it where it is not set, or where something else is wrong', () => {
  expect(withUnreadProxy(NOBODY, { HTTPS_PROXY: '' })).toBe(NOBODY)
  const other = 'run "keyside policy accept"'
  expect(withUnreadProxy(other, { HTTPS_PROXY: 'http://proxy:8080' })).toBe(other)
})
