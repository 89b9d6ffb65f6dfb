// npm run chat-days -- [--seeds 10] [--start 1] [--hours 24] [--late 0.1]: days in the chat while a third of the calls to
// Telegram fail, each judged at its end and held against the same day on a day without faults.
import { parseArgs } from 'node:util'
import { whole } from '../base/workers.ts'
import { type Day, runDay } from './day.ts'
import { duplicates, judge, sameOrders } from './judge.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    start: { type: 'string', default: '1' },
    hours: { type: 'string', default: '24' },
    failing: { type: 'string', default: String(1 / 3) },
    late: { type: 'string', default: '0' },
  },
})
const [seeds, start, hours] = [whole(values.seeds), whole(values.start, 0), whole(values.hours)]
const [failing, late] = [share(values.failing), share(values.late)]

let red = 0
for (let seed = start; seed < start + seeds; seed += 1) {
  const calm = await runDay({ seed, hours, failing: 0 })
  const day = await runDay({ seed, hours, failing, late })
  const wrong = [...judge(calm), ...judge(day), ...sameOrders(calm, day)]
  if (wrong.length > 0) red += 1
  process.stdout.write(`seed ${seed}: ${summary(day)}\n`)
  for (const sentence of wrong.slice(0, 10)) process.stdout.write(`  ${sentence}\n`)
}
process.stdout.write(red === 0 ? 'all green\n' : `${red} red\n`)
// A call that a day left without an answer would keep the process alive for a quarter of an hour.
process.exit(red === 0 ? 0 : 1)

/** From 0 to 1. Throws a RangeError. */
function share(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= 0 && number <= 1) return number
  throw new RangeError(`expected a share from 0 to 1, got "${text}"`)
}

function summary(day: Day): string {
  const failed = [...day.server.failed.values()].reduce((all, count) => all + count, 0)
  const waits = day.approved.map(({ at, pressed }) => at - pressed).toSorted((a, b) => a - b)
  const waited = (part: number) => waits[Math.floor(part * (waits.length - 1))] ?? 0
  return [
    `${day.reports} reports, ${day.direct.length} + ${day.approved.length} orders`,
    `${day.server.calls} calls, ${failed} failed`,
    `${duplicates(day)} told twice`,
    `from press to order ${waited(0.5)} ms at the median, ${waited(0.9)} at 90 %, ${waited(1)} at most`,
  ].join('; ')
}
