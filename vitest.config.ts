import { defineConfig } from 'vitest/config'

const folders = [
  'protocol',
  'runtime',
  'broker',
  'strategy-engine',
  'executor',
  'bot',
  'sandbox',
  'cli',
  'simulation',
]

// The gate gives the same verdict for the same commit; `npm run properties` tries other seeds.
const seed = Number(process.env['KEYSIDE_SEED'] ?? 1)

export default defineConfig({
  test: {
    sequence: { seed },
    projects: [
      {
        test: {
          name: 'unit',
          include: folders.map((folder) => `${folder}/**/*.test.ts`),
          setupFiles: ['test/fixed-seed.ts'],
          sequence: { shuffle: true, groupOrder: 0 },
          restoreMocks: true,
          // For what hangs; how long a thing may take is no test's business on a machine that others use too.
          testTimeout: 30_000,
          // Vitest would leave one core idle: half of a small machine.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          // Real processes with real time: they get the machine to themselves.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
