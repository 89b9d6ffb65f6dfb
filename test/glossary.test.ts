// docs/glossary.md names what the code names, and no retired word comes back as an exported name.
import { readdirSync } from 'node:fs'
import { ORDER_STATUSES } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { FINAL_STATES, OPEN_STATES, ORDER_EVENTS } from '../executor/core/model/order-table.ts'
import { policySchema } from '../executor/core/risk/policy/schema.ts'
import { signal } from '../protocol/claims/signal.ts'
import { strategyShape } from '../strategy-engine/strategies/file/shape.ts'
import { read, root } from './source.ts'

const words = read('docs/glossary.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) =>
    [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, word]) => word),
  )

/** Words of names that others replaced; docs/glossary.md has the ones to use. */
const RETIRED = new Set([
  ...['gauge', 'gauges', 'readings', 'lineup', 'desk', 'constellation', 'telling', 'tellers'],
  ...['rung', 'rungs', 'ladder', 'allotment', 'allotted', 'happening', 'misfit', 'unkeepable'],
  ...['chance', 'chances', 'patience', 'mighty', 'farewell', 'moodiness', 'thinness', 'weather'],
  ...['storm', 'storms', 'forger', 'knock', 'seat', 'seats', 'admit', 'admission', 'manners'],
  ...[
    'leaving',
    'raised',
    'turned',
    'longest',
    'shortest',
    'fewest',
    'kick',
    'rig',
    'thrift',
    'pacer',
    'journey',
    'mind',
    'most',
    'world',
    'face',
    'turnable',
    'shelf',
    'foreigner',
    'came',
    'chapter',
    'robbed',
    'voice',
    'voices',
  ],
])

function exportedNames(): readonly string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.endsWith('.test.ts'),
  )
  const DECLARED =
    /^export (?:abstract )?(?:async )?(?:function|const|class|interface|type) (\w+)/gm
  return files.flatMap((file) => [...read(file).matchAll(DECLARED)].map(([, name = '']) => name))
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[ _]/)
}

const EVENT_FILES = ['conditions', 'events', 'price-alerts', 'provider-events'].map(
  (name) => `executor/core/model/${name}.ts`,
)

const { streams, limits, ...rest } = policySchema.in.shape

test.each([
  ['state of an order', [...OPEN_STATES, ...FINAL_STATES, ...ORDER_STATUSES]],
  ['transition of an order', ORDER_EVENTS],
  [
    'type of an event',
    [
      ...EVENT_FILES.map(read)
        .join('')
        .matchAll(/readonly type: '(\w+)'/g),
    ].map(([, name]) => name),
  ],
  [
    'exported type of the protocol',
    [...read('protocol/index.ts').matchAll(/\btype ([A-Z]\w+)|\b([A-Z][a-z]\w+)(?=[, ]*\})/g)].map(
      ([, name, other]) => name ?? other,
    ),
  ],
  ['claim of a signal', Object.keys(signal.shape)],
  [
    'instruction',
    [
      ...read('protocol/claims/command.ts').matchAll(/(?:ask|list)\('(\w+)'\)|literal\('(\w+)'\)/g),
    ].map(([, name, other]) => name ?? other),
  ],
  [
    'key of the policy',
    [
      ...Object.keys({ ...rest, streams }),
      ...Object.keys(streams.out.valueType.shape).map((key) => `streams.*.${key}`),
      ...Object.keys(limits.shape).map((key) => `limits.${key}`),
    ],
  ],
  ['key of a strategy', Object.keys(strategyShape.shape)],
])('every %s has a line in docs/glossary.md', (_, names) => {
  expect(names.length).toBeGreaterThan(1)
  expect(names.filter((name) => !words.includes(name))).toEqual([])
})

test('every word of the glossary has one line in its table', () => {
  for (const table of read('docs/glossary.md').split(/\n\n/)) {
    const rows = table.split('\n').filter((line) => /^\| (?!---|word )/.test(line))
    const first = rows.map((line) => line.split(' | ')[0])
    expect(first).toEqual([...new Set(first)])
    for (const row of rows) expect(row, row).toMatch(/^\| .+ \| .+ \|$/)
  }
})

test('no retired word is an exported name', () => {
  const names = exportedNames()
  expect(names.length).toBeGreaterThan(1_000)
  expect(names.filter((name) => wordsOf(name).some((word) => RETIRED.has(word)))).toEqual([])
})
