// The process that `keyside up` asks about its home; see `ask-home-reader.ts`.
import { enablePrivateCache } from '../programs/compile-cache.js'

enablePrivateCache()
const { answerTo } = await import('./read-home.ts')
process.stdout.write(JSON.stringify(answerTo(process.argv[2] ?? '')))
