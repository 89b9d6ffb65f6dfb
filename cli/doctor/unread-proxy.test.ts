import { expect, test } from 'vitest'
import { withUnreadProxy } from './unread-proxy.ts'

const NOBODY = 'no answer from the exchange (ETIMEDOUT): it may be down'
const PROXY = { HTTPS_PROXY: 'http://proxy:8080' }

test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'http_proxy'])(
  'where nobody answers and %s is set, it is told that it is not read',
  (name) => {
    const told = withUnreadProxy('exchange', NOBODY, { [name]: 'http://user:secret@proxy:8080' })
    expect(told).toContain(`${name} is set here and not read`)
    expect(told).not.toContain('secret')
  },
)

test('nothing is said of it where it is not set, or where something else is wrong', () => {
  expect(withUnreadProxy('exchange', NOBODY, { HTTPS_PROXY: '' })).toBe(NOBODY)
  const other = 'run "keyside policy accept"'
  expect(withUnreadProxy('markets', other, PROXY)).toBe(other)
})

test.each(['broker', 'keychain', 'addresses'])('nothing is said of it by %s', (check) => {
  const told = `no answer: what ${check} asks goes through no proxy`
  expect(withUnreadProxy(check, told, PROXY)).toBe(told)
})
