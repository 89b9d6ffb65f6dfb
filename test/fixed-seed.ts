// Every property draws from one seed: the same commit gives the same verdict. `npm run properties` draws others.
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['KEYSIDE_SEED'] ?? 1) })
