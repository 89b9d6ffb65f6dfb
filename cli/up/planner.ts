// The process that `keyside up` asks about its home; see `plan.ts`.
import { enablePrivateCache } from '../programs/compile-cache.js'

enablePrivateCache()
const { answerTo } = await import('./make-plan.ts')
process.stdout.write(JSON.stringify(answerTo(process.argv[2] ?? '')))
