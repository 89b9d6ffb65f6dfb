import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] }
const folders = [...workspaces, 'simulation']

// The gate gives the same verdict for the same commit; `npm run properties` tries other seeds.
const seed = Number(process.env['KEYSIDE_SEED'] ?? 1)

/** These take longest, and begin first: nothing is waited for at the end but what all wait for. */
const LONGEST = [
  'simulation',
  'adversary',
  'start-executor',
  'feed',
  'pairing',
  'prove',
  'coded-streams',
  'every-request',
  'cheats',
  'bybit',
  'binance',
  'okx',
  'crash',
  'newcomer',
  'subscriber-minute',
  'selftest',
  'canary',
  'bench',
  'busy',
  'halt-command',
  'bad-input',
  'browser',
  'follow',
  'policy-command',
  'compose',
  'up',
  'terminal',
]

/** Of test/, these start no process: they read the repository. */
const READING =
  'test/{architecture,boundaries,configuration,errors,expressible,glossary,import-graph,paths}.test.ts'

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(basename(moduleId, '.test.ts'))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    sequence: { seed, sequencer: LongestFirst },
    // A check of many is named in full: which one failed is the message.
    taskTitleValueFormatTruncate: 0,
    projects: [
      {
        test: {
          name: 'unit',
          include: [...folders.map((folder) => `${folder}/**/*.test.ts`), READING],
          setupFiles: ['test/fixed-seed.ts', 'test/patient-waits.ts'],
          expect: { poll: { timeout: 60_000 } },
          sequence: { shuffle: { tests: true }, groupOrder: 0 },
          restoreMocks: true,
          // A test that hangs is found; a machine that is busy with other things is no failure.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // More than a small machine has cores: many wait for a socket, a process or the disk.
          maxWorkers: Math.max(5, availableParallelism()),
          // Files share the modules of their worker: to load them anew for each took as long as half the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [READING],
          globalSetup: 'test/package.ts',
          setupFiles: ['test/use-package.ts', 'test/patient-waits.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real processes in real time: they mostly wait.
          maxWorkers: 6,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
