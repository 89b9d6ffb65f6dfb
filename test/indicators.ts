// npm run indicators -- FILE.csv: our indicators beside TA-Lib's on candles of a file.
// npm run indicators -- --reference: writes the tables of docs/indicators.md anew.
// npm run indicators: what each costs, nanoseconds a candle in blocks of 1,024.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { INDICATORS } from '../strategy-engine/indicators/table.ts'
import {
  inputsOf,
  readTalibValues,
  TALIB,
  valuesOf,
} from '../strategy-engine/indicators/testing/columns.ts'
import { difference, isNoise } from '../strategy-engine/indicators/testing/compare.ts'
import { reference } from '../strategy-engine/indicators/testing/reference.ts'

const SCRIPT = new URL('../strategy-engine/indicators/testing/talib-values.py', import.meta.url)
const DOCUMENT = new URL('../docs/indicators.md', import.meta.url)
/** On any candles, the rounding of the definitions themselves: CCI near its zero at prices of five digits. */
const LIMIT = 1e-7

function compare(file: string): void {
  const python = process.env['PYTHON'] ?? 'python3'
  const { status, stdout, stderr } = spawnSync(python, [SCRIPT.pathname, '--candles', file], {
    encoding: 'utf8',
    maxBuffer: 4 * 1024 ** 3,
  })
  if (status !== 0) {
    const last = stderr?.trim().split('\n').at(-1) ?? 'it could not be started'
    console.error(`nothing was compared, ${python} with TA-Lib 0.8 is needed: ${last}`)
    process.exitCode = 1
    return
  }
  const { talib, candles, cases, patterns } = readTalibValues(stdout)
  console.log(`${candles.close.length} candles, TA-Lib ${talib}`)
  let off = 0
  let near = 0
  let all = 0
  for (const { name, parameters, outputs } of cases) {
    const indicator = INDICATORS[name]
    if (indicator === undefined) throw new Error(`there is no ${name}`)
    const ours = valuesOf(indicator, parameters, inputsOf(indicator, candles))
    const skip = isNoise(name, parameters, candles)
    outputs.forEach((theirs, k) => {
      const found = difference(ours[k] ?? new Float64Array(0), theirs, skip)
      const isOff = found.worst > LIMIT || found.first !== found.firstOther
      off += isOff ? 1 : 0
      near += found.worst > 1e-9 ? 0 : 1
      all += 1
      const text = `${name}(${parameters.join(', ')}).${indicator.outputs[k]}`
      console.log(
        `${isOff ? 'OFF ' : 'ok  '} ${text.padEnd(36)} ${found.worst.toExponential(1)}${isOff ? ` at candle ${found.at}` : ''}`,
      )
    })
  }
  for (const { name, first, at } of patterns) {
    const indicator = INDICATORS[name]
    if (indicator === undefined) throw new Error(`there is no ${name}`)
    const [ours = candles.open] = valuesOf(indicator, [], inputsOf(indicator, candles))
    const theirs = new Set(at)
    const differing = ours.findIndex((value, i) => i >= first && (value === 1) !== theirs.has(i))
    off += differing < 0 ? 0 : 1
    near += differing < 0 ? 1 : 0
    all += 1
    console.log(
      `${differing < 0 ? 'ok  ' : 'OFF '} ${name.padEnd(36)} ${at.length} found${differing < 0 ? '' : `, another one at candle ${differing}`}`,
    )
  }
  console.log(`of ${all}, ${near} agree to nine digits, ${off} differ by more than a ten-millionth`)
  if (off > 0) process.exitCode = 1
}

function costs(): void {
  const { candles } = TALIB
  const block = 1_024
  const long = (column: Float64Array) =>
    Float64Array.from({ length: block }, (_, i) => column[i % column.length] ?? 0)
  const columns = {
    open: long(candles.open),
    high: long(candles.high),
    low: long(candles.low),
    close: long(candles.close),
    volume: long(candles.volume),
  }
  for (const [name, indicator] of Object.entries(INDICATORS)) {
    const kernel = indicator.create(indicator.parameters.map(({ default: usual }) => usual ?? 20))
    const inputs = inputsOf(indicator, columns)
    const outputs = indicator.outputs.map(() => new Float64Array(block))
    const times = Array.from({ length: 60 }, () => {
      const begun = performance.now()
      for (let k = 0; k < 20; k++) kernel.update(inputs, outputs, 0, block)
      return ((performance.now() - begun) * 1e6) / (20 * block)
    })
    console.log(
      `${name.padEnd(24)} ${Math.min(...times)
        .toFixed(1)
        .padStart(10)}`,
    )
  }
}

const [first] = process.argv.slice(2)
if (first === undefined) costs()
else if (first === '--reference') {
  const [before = ''] = readFileSync(DOCUMENT, 'utf8').split('## Reference\n')
  writeFileSync(DOCUMENT, `${before}## Reference\n\n${reference()}`)
} else compare(first)
