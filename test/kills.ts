// npm run kills -- [--kills 300] [--seed S] [--venue bybit|okx|paper]: the crash test at any length. Exit code 1 when anything does not agree.
import { parseArgs } from 'node:util'
import { violationsIn } from './crash-evidence.ts'
import {
  awaitAgreement,
  type CrashFixture,
  executeRun,
  type KilledAt,
  openCrashFixture,
} from './crash-fixture.ts'
import { planRuns, type Run } from './crash-plan.ts'
import { coverageOf, formatCoverage } from './crash-summary.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string' },
    venue: { type: 'string', default: 'binance' },
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const VENUES: readonly KilledAt[] = ['binance', 'bybit', 'okx', 'paper']
const venue = VENUES.find((one) => one === values.venue)
if (
  venue === undefined ||
  ![kills, seed].every((number) => Number.isSafeInteger(number) && number >= 1)
) {
  process.stderr.write(
    'usage: npm run kills -- [--kills 300] [--seed S] [--venue binance|bybit|okx|paper], whole numbers from 1\n',
  )
  process.exit(3)
}

process.stdout.write(`seed       ${seed}\n`)
const fixture = await openCrashFixture(venue)
try {
  for (const run of planRuns(seed, kills)) await runAndReport(fixture, run)
  const evidence = await awaitAgreement(fixture)
  const complaints = [...violationsIn(evidence, fixture.system.home), ...fixture.bot.complaints]
  process.stdout.write(`${formatCoverage(coverageOf(fixture, evidence))}\n`)
  process.stdout.write(`complaints ${complaints.length}\n`)
  for (const complaint of complaints) process.stdout.write(`  ${complaint}\n`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  await fixture.close()
}

async function runAndReport(fixture: CrashFixture, run: Run): Promise<void> {
  await executeRun(fixture, run)
  if (fixture.kills.length % 25 === 0)
    process.stderr.write(`${fixture.kills.length} of ${kills} kills\n`)
}
