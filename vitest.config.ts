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

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: folders.map((folder) => `${folder}/**/*.test.ts`),
          sequence: { shuffle: true, groupOrder: 0 },
          restoreMocks: true,
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
