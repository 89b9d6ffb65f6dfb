// What the system's limit on open files leaves room for.
import { expect, test } from 'vitest'
import { brokerConfig } from './config.ts'
import { fitToFiles, maxOpenFiles } from './open-files.ts'
import { authority, startTestBroker } from './testing/fixture.ts'

const limitsWith = (limits: object) =>
  brokerConfig.parse({ authority: authority.publicKey, limits }).limits

test.each([
  [Number.POSITIVE_INFINITY, 20_000, 1024],
  [1_048_576, 20_000, 1024],
  [4096, 3024, 1008],
  [1024, 720, 240],
  [10, 1, 1],
])(
  'with %d open files there is room for %i clients and %i without a token',
  (files, clients, pending) => {
    const { limits, problem } = fitToFiles(limitsWith({}), files)
    expect([limits.maxConnections, limits.maxPendingConnections]).toEqual([clients, pending])
    expect(problem).toBeNull()
  },
)

test('a number that the configuration names and the system has no room for is told, with what to do', () => {
  expect(fitToFiles(limitsWith({ maxConnections: 3024 }), 4096).problem).toBeNull()
  expect(fitToFiles(limitsWith({ maxConnections: 10_000 }), 4096).problem).toBe(
    'this system lets the broker open 4096 files: room for 3024 clients, not for the 10000 of limits.maxConnections; raise its limit on open files to 11088 (LimitNOFILE of systemd, ulimits of Docker, ulimit -n)',
  )
})

test.skipIf(process.platform === 'win32')(
  'the limit of this process is known, and a broker that asks for more says so',
  async () => {
    expect(maxOpenFiles()).toBeGreaterThan(100)
    const most = Math.min(maxOpenFiles(), 1e9)
    await using at = await startTestBroker({ limits: { maxConnections: most + 1 } })
    expect(at.codes()).toEqual(['broker_files_few'])
  },
)
