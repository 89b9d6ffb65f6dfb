// npm run kills -- [--kills 300] [--seed S]: the crash test at any length. Exit code 1 when anything does not agree.
import { parseArgs } from 'node:util'
import { complaintsAbout } from './crash-evidence.ts'
import { planRuns, type Run } from './crash-plan.ts'
import { agreed, perform, type Stage, setStage } from './crash-stage.ts'
import { inWords, whatWasMet } from './crash-summary.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '300' }, seed: { type: 'string' } },
})
const kills = Number(values.kills)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
if (![kills, seed].every((number) => Number.isSafeInteger(number) && number >= 1)) {
  process.stderr.write('usage: npm run kills -- [--kills 300] [--seed S], whole numbers from 1\n')
  process.exit(3)
}

process.stdout.write(`seed       ${seed}\n`)
const stage = await setStage()
try {
  for (const run of planRuns(seed, kills)) await performAndTell(stage, run)
  const evidence = await agreed(stage)
  const complaints = [...complaintsAbout(evidence, stage.world.home), ...stage.bot.complaints]
  process.stdout.write(`${inWords(whatWasMet(stage, evidence))}\n`)
  process.stdout.write(`complaints ${complaints.length}\n`)
  for (const complaint of complaints) process.stdout.write(`  ${complaint}\n`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  await stage.close()
}

async function performAndTell(stage: Stage, run: Run): Promise<void> {
  await perform(stage, run)
  if (stage.kills.length % 25 === 0)
    process.stderr.write(`${stage.kills.length} of ${kills} kills\n`)
}
