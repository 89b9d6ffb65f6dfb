// What the log hides, and that it hides no words.
import { expect, test } from 'vitest'
import { scrub } from './log.ts'

const SECRET = 'Zx81kQpL4vNc72Rt'

test.each([
  ['a signed query', `GET /order?symbol=X&signature=${SECRET}&x=1`],
  ['a form', `token=${SECRET}`],
  ['JSON', JSON.stringify({ secret: SECRET, a: 1 })],
  ['JSON within JSON', JSON.stringify({ msg: JSON.stringify({ apiKey: SECRET }) })],
  ['an object as Node shows it', `{ apiKey: '${SECRET}', secret: "${SECRET}" }`],
  ['a header', `X-MBX-APIKEY: ${SECRET}`],
  ['headers as JSON', JSON.stringify({ headers: { 'X-MBX-APIKEY': SECRET } })],
  ['a word and a colon', `the token: ${SECRET}`],
  ['a short one in an object', JSON.stringify({ password: 'pw' }).replace('pw', 'hush')],
])('a secret in %s is hidden', (_, text) => {
  const clean = scrub(text)
  expect(clean).not.toContain(SECRET)
  expect(clean).not.toContain('hush')
  expect(clean).toContain('[hidden]')
})

test('what stands beside a secret stays', () => {
  expect(scrub(JSON.stringify({ secret: SECRET, why: 'a reason' }))).toBe(
    '{"secret":"[hidden]","why":"a reason"}',
  )
  expect(scrub(`?a=1&signature=${SECRET}&b=2`)).toBe('?a=1&signature=[hidden]&b=2')
})

test.each([
  'Telegram does not know this bot token: get the current one from @BotFather',
  'no secret: look at it, and at its password: internationalization is no token',
  'the access token: "keyside init --renew" makes a new one'.replace('"', '').replace('"', ''),
])('words are not hidden: %s', (text) => {
  expect(scrub(text)).toBe(text)
})
