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
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: folders.map((folder) => `${folder}/**/*.test.ts`),
          sequence: { shuffle: true },
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
