import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Action, allows } from './acl.ts'

const acl = {
  publish: ['keyside/v1/report/device', 'keyside/v1/presence/home/device'],
  subscribe: [
    'keyside/v1/signal/home/+',
    'keyside/v1/head/#',
    'keyside/v1/keyset/home/home',
    'keyside/+/command/device',
  ],
}

test.each<[Action, string, string]>([
  ['publish', 'keyside/v1/report/device', 'ok'],
  ['publish', 'keyside/v1/report/other', 'topic_not_allowed'],
  ['publish', 'keyside/v1/signal/home/ema-cross', 'topic_not_allowed'],
  ['publish', 'keyside/v1/report', 'topic_not_allowed'],
  ['publish', 'keyside/v1/report/device/deeper', 'topic_not_allowed'],
  ['publish', 'keyside/v1/report/+', 'topic_malformed'],
  ['publish', 'keyside/v1/#', 'topic_malformed'],
  ['publish', '', 'topic_malformed'],
  ['publish', '/', 'topic_malformed'],
  ['publish', '//', 'topic_malformed'],
  ['publish', '/keyside/v1/report/device', 'topic_malformed'],
  ['publish', 'keyside/v1/report/device/', 'topic_malformed'],
  ['publish', 'keyside//report/device', 'topic_malformed'],
  ['publish', 'keyside/v1/report/device\u0000', 'topic_malformed'],
  ['publish', 'keyside/v1/report/devic\ufffd', 'topic_malformed'],
  ['publish', '\ufeffkeyside/v1/report/device', 'topic_malformed'],
  ['publish', 'keyside/v1/report/Device', 'topic_malformed'],
  ['publish', 'keyside/v1/report/device\n', 'topic_malformed'],
  ['publish', '$SYS/broker/new/clients', 'topic_malformed'],
  ['publish', 'a/b/c/d/e/f/g/h/i', 'topic_too_deep'],
  ['publish', 'a/'.repeat(30_000), 'topic_too_deep'],
  ['subscribe', 'keyside/v1/signal/home/ema-cross', 'ok'],
  ['subscribe', 'keyside/v1/signal/home/+', 'ok'],
  ['subscribe', 'keyside/v1/signal/home/#', 'topic_not_allowed'],
  ['subscribe', 'keyside/v1/signal/home', 'topic_not_allowed'],
  ['subscribe', 'keyside/v1/head', 'ok'],
  ['subscribe', 'keyside/v1/head/#', 'ok'],
  ['subscribe', 'keyside/v1/head/+/x', 'ok'],
  ['subscribe', 'keyside/v1/#', 'topic_not_allowed'],
  ['subscribe', 'keyside/v1/+', 'topic_not_allowed'],
  ['subscribe', 'keyside/v2/command/device', 'ok'],
  ['subscribe', 'keyside/+/command/+', 'topic_not_allowed'],
  ['subscribe', '#', 'topic_not_allowed'],
  ['subscribe', '+', 'topic_not_allowed'],
  ['subscribe', '+/#', 'topic_not_allowed'],
  ['subscribe', 'keyside/v1/signal/home/a+', 'topic_malformed'],
  ['subscribe', 'keyside/v1/signal/home/+a', 'topic_malformed'],
  ['subscribe', 'keyside/v1/signal/home/a#', 'topic_malformed'],
  ['subscribe', 'keyside/#/signal', 'topic_malformed'],
  ['subscribe', 'keyside/v1/signal/home/', 'topic_malformed'],
  ['subscribe', '$SYS/#', 'topic_malformed'],
  ['subscribe', '$share/group/keyside/v1/signal/home/+', 'topic_malformed'],
  ['subscribe', '$queue/keyside/v1/signal/home/+', 'topic_malformed'],
  ['receive', 'keyside/v1/signal/home/ema-cross', 'ok'],
  ['receive', 'keyside/v1/report/device', 'topic_not_allowed'],
  ['receive', '$SYS/broker/heartbeat', 'topic_malformed'],
])('may %s %j: %s', (action, text, expected) => {
  const verdict = allows(acl, action, text)
  expect(verdict.ok ? 'ok' : verdict.code).toBe(expected)
})

test('allows nothing to a token without filters or with malformed ones', () => {
  const broken = ['', '#/a', '#/#', 'a/#/#', 'a#', '$SYS/#', '+x', 'a//b']
  for (const filters of [[], broken])
    for (const action of ['publish', 'subscribe', 'receive'] as const)
      for (const text of ['a', 'a/b', 'x', 'a//b', '#', 'a/#'])
        expect(allows({ publish: filters, subscribe: filters }, action, text).ok).toBe(false)
})

test('never allows what begins with $, not even under #', () => {
  const all = { publish: ['#'], subscribe: ['#', '+/#'] }
  for (const text of ['$SYS/x', '$share/g/a', '$queue/a', '$'])
    for (const action of ['publish', 'subscribe', 'receive'] as const)
      expect(allows(all, action, text).ok).toBe(false)
})

const level = fc.constantFrom('a', 'b', 'c')
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))

/** MQTT 3.1.1 section 4.7, written a second time in another way. */
function matches(filter: string, topic: string): boolean {
  const [head = '', ...rest] = filter.split('/')
  if (head === '#') return true
  const [first, ...others] = topic.split('/')
  if (first === undefined || (head !== '+' && head !== first)) return false
  if (rest.length === 0) return others.length === 0
  if (others.length === 0) return rest[0] === '#'
  return matches(rest.join('/'), others.join('/'))
}

test('lets nobody receive through an allowed filter what the rights do not match', () => {
  fc.assert(
    fc.property(fc.array(filters, { maxLength: 3 }), filters, topics, (subscribe, asked, topic) => {
      const rights = { publish: [], subscribe }
      const received = allows(rights, 'receive', topic).ok
      expect(received).toBe(subscribe.some((filter) => matches(filter, topic)))
      if (allows(rights, 'subscribe', asked).ok && matches(asked, topic))
        expect(received).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

/** With a letter no filter names and a level no filter reaches, what holds here holds for every topic. */
const EVERY = [1, 2, 3, 4]
  .reduce<string[][]>(
    (all) => [
      ...all,
      (all.at(-1) ?? []).flatMap((topic) => ['a', 'b', 'c', 'd'].map((x) => `${topic}/${x}`)),
    ],
    [['a', 'b', 'c', 'd']],
  )
  .flat()

test('allows a filter exactly when one allowed filter matches all that it matches', () => {
  fc.assert(
    fc.property(filters, filters, (allowed, asked) => {
      const covered = EVERY.every((topic) => !matches(asked, topic) || matches(allowed, topic))
      const verdict = allows({ publish: [], subscribe: [allowed] }, 'subscribe', asked)
      expect(verdict.ok).toBe(covered)
    }),
    { numRuns: 500 },
  )
})
