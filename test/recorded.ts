// npm run recorded -- FOLDER: answers that exchanges once gave to others, as ccxt keeps them for its own tests
// (ts/src/test/static/response of its repository: binance.json, bybit.json, okx.json), read by our own readers. Exit code 1
// where one of a spot market cannot be read, or breaks a reader. Nothing of them belongs in this repository.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { binance } from '../executor/venues/binance/dialect.ts'
import { bybit } from '../executor/venues/bybit/dialect.ts'
import { okx } from '../executor/venues/okx/dialect.ts'
import { countsOf, readRecorded, recordedFile } from './recorded-answers.ts'

const [folder = ''] = process.argv.slice(2)
const dialects = [binance, bybit, okx].filter(({ name }) =>
  existsSync(join(folder, `${name}.json`)),
)
if (dialects.length === 0) {
  process.stderr.write(
    'usage: npm run recorded -- FOLDER, with binance.json, bybit.json or okx.json in it\n',
  )
  process.exit(3)
}

process.exitCode = 0
for (const dialect of dialects) {
  const file = recordedFile.parse(
    JSON.parse(readFileSync(join(folder, `${dialect.name}.json`), 'utf8')),
  )
  const readings = readRecorded(dialect, file)
  const { read, refused, unread, crashed, others } = countsOf(readings)
  process.stdout.write(
    `${dialect.name}: ${read} read, ${refused} refusals read as such, ${unread} not read, ${crashed} crashed; ${others} of other markets or methods\n`,
  )
  for (const { method, about, got, why } of readings)
    if (got !== 'other')
      process.stdout.write(
        `  ${got.padEnd(8)} ${method}: ${about}${why === '' ? '' : ` (${why})`}\n`,
      )
  if (unread + crashed > 0) process.exitCode = 1
}
