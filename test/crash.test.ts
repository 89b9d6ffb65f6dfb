// The executor is killed at random moments of a signal's life while the exchange misbehaves: never twice, nothing lost.
import { EXCHANGE_FAULT_NAMES } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { complaintsAbout } from './crash-evidence.ts'
import { planRuns } from './crash-plan.ts'
import { agreed, perform, setStage } from './crash-stage.ts'
import { inWords, whatWasMet } from './crash-summary.ts'

const SEED = Number(process.env['KEYSIDE_SEED'] ?? Date.now() % 1_000_000_000)
const KILLS = 60

test(`${KILLS} kills under every fault, seed ${SEED}: no order twice, no decision without a report`, {
  timeout: 600_000,
}, async () => {
  const stage = await setStage()
  onTestFinished(() => stage.close())
  for (const run of planRuns(SEED, KILLS)) await perform(stage, run)
  const evidence = await agreed(stage)
  const met = whatWasMet(stage, evidence)
  console.log(`seed ${SEED}\n${inWords(met)}`)
  expect(complaintsAbout(evidence, stage.world.home), `KEYSIDE_SEED=${SEED}`).toEqual([])
  expect(stage.bot.complaints, `KEYSIDE_SEED=${SEED}`).toEqual([])
  // Without these the rest would prove little; a slow machine is killed earlier in a signal's life.
  expect(met.orders, 'orders that the exchange accepted').toBeGreaterThan(KILLS / 5)
  expect(met.phases.size, 'kinds of moments').toBeGreaterThan(5)
  expect([...met.faults.keys()].sort(), 'faults that were armed').toEqual(
    EXCHANGE_FAULT_NAMES.toSorted(),
  )
})
