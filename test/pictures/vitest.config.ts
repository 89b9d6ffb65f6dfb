// `npm run pictures`: docs/pictures anew. No test of the gate: what changes a picture is looked at by a person.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/pictures/pictures.ts'], testTimeout: 300_000, hookTimeout: 60_000 },
})
