// `npm run service-week [-- --simulated | --real] [--from COMMIT]`: a week of the service, twice. In simulated time: seven days of the executor's
// own parts on a real file, in minutes (`simulated-week.ts`). And a day's trouble of each kind in real time, with what the unit
// starts, from the built package (`service-days.ts`); with --from the version of that commit has the home before, and once more
// after this one (`version-days.ts`). Linux.
import { parseArgs } from 'node:util'
import { whole } from '../simulation/base/workers.ts'
import { serviceDays } from './service-days.ts'
import { simulatedWeek } from './simulated-week.ts'

const { values } = parseArgs({
  options: {
    simulated: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    hours: { type: 'string', default: '168' },
    from: { type: 'string' },
  },
})
const both = values.simulated === values.real
const tell = (line: string) => void process.stdout.write(`${line}\n`)
if (both || values.simulated) {
  const week = await simulatedWeek({ hours: whole(values.hours), tell })
  tell(JSON.stringify(week))
}
if (both || values.real) await serviceDays(tell, values.from)
process.exit()
