// Only this machine's own page and programs may act in the sandbox chat.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { CONTROL_REFUSALS } from './same-machine.ts'
import type { SandboxTelegram } from './start.ts'
import { callRaw, openChat, openSandbox } from './testing/sandbox.ts'

type Headers = Record<string, string>

/** `fetch` would not let a test lie about its Host and Origin. */
function visit(
  telegram: SandboxTelegram,
  method: string,
  path: string,
  headers: Headers = {},
  body?: string,
): Promise<{ status: number | undefined; code: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    code: unknown
  }>()
  const sent = request(telegram.address + path, { method, headers }, (response) => {
    response.setEncoding('utf8')
    let text = ''
    response.on('data', (part: string) => {
      text += part
    })
    response.on('end', () => {
      const json = response.headers['content-type'] === 'application/json'
      resolve({ status: response.statusCode, code: json ? JSON.parse(text).code : undefined })
    })
  })
  sent.on('error', reject).end(body)
  return promise
}

const JSON_TYPE = { 'content-type': 'application/json' }

test.for<[who: string, method: string, path: string, headers: Headers, code: string]>([
  ['a rebound name', 'GET', '/', { host: 'evil.example' }, 'foreign-host'],
  [
    'a rebound name with our port',
    'GET',
    '/sandbox/calls',
    { host: 'evil.example:PORT' },
    'foreign-host',
  ],
  ['our name with another port', 'GET', '/', { host: '127.0.0.1:1' }, 'foreign-host'],
  [
    'a foreign origin',
    'POST',
    '/sandbox/chat/me/text',
    { origin: 'https://evil.example' },
    'foreign-origin',
  ],
  [
    'an origin of another port',
    'POST',
    '/sandbox/faults',
    { origin: 'http://127.0.0.1:1' },
    'foreign-origin',
  ],
  ['a hidden origin', 'POST', '/sandbox/chat/me/press', { origin: 'null' }, 'foreign-origin'],
  [
    'a foreign page that reads',
    'GET',
    '/sandbox/chat/me/events',
    { 'sec-fetch-site': 'cross-site' },
    'foreign-origin',
  ],
  [
    'a page of a sibling port',
    'GET',
    '/sandbox/calls',
    { 'sec-fetch-site': 'same-site' },
    'foreign-origin',
  ],
  ['a form', 'POST', '/sandbox/chat/me/text', { 'content-type': 'text/plain' }, 'not-json'],
])('turns away %s', async ([, method, path, headers, code]) => {
  await using telegram = await openSandbox()
  const { port } = new URL(telegram.address)
  const real = Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', port)])
  const all: Headers = { ...JSON_TYPE, ...Object.fromEntries(real) }
  const body = method === 'POST' ? '{"text":"/start"}' : undefined
  const status = CONTROL_REFUSALS.find((refusal) => refusal.code === code)?.status
  expect(await visit(telegram, method, path, all, body)).toEqual({ status, code })
  expect(telegram.chat().messages()).toEqual([])
})

test('guards the Bot API as well', async () => {
  await using telegram = await openSandbox()
  const answer = await visit(telegram, 'POST', '/bot1:x/getMe', { host: 'evil.example' })
  expect(answer.code).toBe('foreign-host')
  expect(telegram.calls).toEqual([])
})

test('lets the own page, a local program and a followed link in', async () => {
  await using telegram = await openSandbox()
  const origin = telegram.address
  const page = { ...JSON_TYPE, origin, 'sec-fetch-site': 'same-origin' }
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const text = '{"text":"hi"}'
  const answers = [
    await visit(telegram, 'POST', '/sandbox/chat/me/text', page, text),
    await visit(telegram, 'POST', '/sandbox/chat/1001/text', JSON_TYPE, text),
    await visit(telegram, 'GET', '/?start=CODE', link),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(telegram.chat().messages()).toHaveLength(2)
})

test.for<[what: string, path: string, body: string, code: string]>([
  ['a text that is none', '/sandbox/chat/me/text', '{"text":5}', 'bad-request'],
  ['a body that is no JSON', '/sandbox/chat/me/text', 'hi', 'bad-request'],
  ['a start code with a path in it', '/sandbox/chat/me/start', '{"code":"../x"}', 'bad-request'],
  [
    'an edit of what nobody sent',
    '/sandbox/chat/me/edit',
    '{"message_id":1,"text":"hi"}',
    'bad-request',
  ],
  ['an unknown fault', '/sandbox/faults', '{"name":"418"}', 'bad-request'],
  ['an unknown user', '/sandbox/chat/5/text', '{"text":"hi"}', 'unknown-user'],
  ['an unknown address', '/sandbox/nothing', '{}', 'not-found'],
  ['an inherited name', '/sandbox/chat/me/constructor', '{}', 'not-found'],
  [
    'a button that is not there',
    '/sandbox/chat/me/press',
    '{"message_id":1,"data":"x"}',
    'no-such-button',
  ],
])('refuses %s', async ([, path, body, code]) => {
  await using telegram = await openSandbox()
  expect((await visit(telegram, 'POST', path, JSON_TYPE, body)).code).toBe(code)
  expect(telegram.chat().messages()).toEqual([])
})

test('faults, blocking and forged updates can be set from outside', async () => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const post = (path: string, body: object) =>
    visit(telegram, 'POST', `/sandbox/${path}`, JSON_TYPE, JSON.stringify(body))
  await post('faults', { name: '429', method: 'getMe', retryAfter: 3 })
  expect(await callRaw(telegram, 'getMe')).toMatchObject({ parameters: { retry_after: 3 } })
  await post('faults', { name: '500', count: 9 })
  await post('clear-faults', {})
  await post('chat/me/block', { blocked: true })
  const send = { chat_id: 1001, text: 'x' }
  expect(await callRaw(telegram, 'sendMessage', send)).toMatchObject({ error_code: 403 })
  await post('updates', { update_id: 77, edited_message: { text: 'forged' } })
  expect(await callRaw(telegram, 'getUpdates', { offset: 70 })).toMatchObject({
    result: [{ update_id: 77, edited_message: { text: 'forged' } }],
  })
})

test('forbids frames, inline scripts and anything from elsewhere on the page', async () => {
  await using telegram = await openSandbox()
  const { headers } = await fetch(telegram.chatUrl)
  const policy = headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
})
