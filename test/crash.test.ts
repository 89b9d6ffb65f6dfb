// The executor is killed at random moments of a signal's life while the exchange misbehaves: never twice, nothing lost.
import { EXCHANGE_FAULT_NAMES } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { violationsIn } from './crash-evidence.ts'
import { awaitAgreement, executeRun, openCrashFixture } from './crash-fixture.ts'
import { dealFaults, planRuns, type Run } from './crash-plan.ts'
import { type Coverage, coverageOf, formatCoverage, mergeCoverage } from './crash-summary.ts'

/** `npm run kills` draws others, and as many as one likes. */
const SEED = Number(process.env['KEYSIDE_SEED'] ?? 1)
/** Side by side: each mostly waits. */
const SYSTEMS = 3
const KILLS_EACH = 10
const KILLS = SYSTEMS * KILLS_EACH

test(`${KILLS} kills under every fault, seed ${SEED}: no order twice, no decision without a report`, {
  timeout: 300_000,
}, async () => {
  const deal = dealFaults(SEED)
  const plans = Array.from({ length: SYSTEMS }, (_, index) =>
    planRuns(SEED * SYSTEMS + index, KILLS_EACH, deal),
  )
  const met = mergeCoverage(await Promise.all(plans.map(killed)))
  console.log(`seed ${SEED}\n${formatCoverage(met)}`)
  // Without these the rest would prove little; a slow machine is killed earlier in a signal's life.
  expect(met.orders, 'orders that the exchange accepted').toBeGreaterThan(KILLS / 5)
  expect(met.phases.size, 'kinds of moments').toBeGreaterThan(5)
  expect([...met.faults.keys()].sort(), 'faults that were armed').toEqual(
    EXCHANGE_FAULT_NAMES.toSorted(),
  )
})

/** One system, killed as planned, until journal, exchange and reports agree. */
async function killed(runs: readonly Run[]): Promise<Coverage> {
  const fixture = await openCrashFixture()
  onTestFinished(() => fixture.close())
  for (const run of runs) await executeRun(fixture, run)
  const evidence = await awaitAgreement(fixture)
  const complaints = [...violationsIn(evidence, fixture.system.home), ...fixture.bot.complaints]
  expect(complaints, `KEYSIDE_SEED=${SEED}`).toEqual([])
  return coverageOf(fixture, evidence)
}
