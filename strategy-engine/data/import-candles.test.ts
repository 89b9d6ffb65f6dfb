import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { KeysideError } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { readCandleSet, writeCandleSet } from './candle-store.ts'
import { columnsOfRows } from './columns.ts'
import { candlesAsCsv } from './export-candles.ts'
import { parseFeather } from './feather.ts'
import { FlatTable } from './flatbuffer.ts'
import { importCandles } from './import-candles.ts'
import { minutes } from './testing/minutes.ts'

const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1m' } as const
const NOW = 1_800_000_000
const HEAD = 'timestamp,open,high,low,close,volume\n'

function place() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-data-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const put = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(home, name), content)
    return join(home, name)
  }
  const take = (files: string[], options = {}) =>
    importCandles(home, set, files, { replace: false, now: NOW, ...options })
  const refusal = (...args: Parameters<typeof take>) => {
    try {
      take(...args)
    } catch (error) {
      if (error instanceof KeysideError)
        return `${error.message.replaceAll(`${home}/`, '')} (${error.code})`
      throw error
    }
    return ''
  }
  const stored = () => readCandleSet(home, set)?.columns
  return { home, put, take, refusal, stored }
}

test('what is exported is imported again, to the last digit', () => {
  const { put, take, stored } = place()
  const columns = minutes(25_000, 1_704_067_200)
  columns.low[7] = 1.2e-8
  columns.volume[7] = 0.1 + 0.2
  const csv = [...candlesAsCsv(columns)].join('')
  expect(csv).not.toContain('e-')
  expect(csv.split('\n')[8]).toContain(',0.000000012,')
  expect(take([put('a.csv', csv)])).toMatchObject({
    candles: 25_000,
    added: 25_000,
    replaced: 0,
    gaps: [],
  })
  expect(stored()).toEqual(columns)
})

test('files are put together, with what is stored and with each other, in whatever order they come', () => {
  const { put, take, stored } = place()
  const [a, b, c] = [
    [180, 240],
    [60, 120],
    [120, 180, 420],
  ].map((starts, at) =>
    put(`${at}.csv`, HEAD + starts.map((start) => `${start},1,2,1,2,5\n`).join('')),
  ) as [string, string, string]
  expect(take([a, b])).toMatchObject({ candles: 4, added: 4, gaps: [] })
  expect(take([c])).toMatchObject({
    candles: 3,
    added: 1,
    replaced: 0,
    gaps: [{ from: 300, to: 420, candles: 2 }],
  })
  expect([...(stored()?.start ?? [])]).toEqual([60, 120, 180, 240, 420])
})

test('a candle that is there with other values is refused, and nothing is changed', () => {
  const { put, take, refusal, stored } = place()
  take([put('a.csv', `${HEAD}60,1,2,1,2,5\n120,1,2,1,2,5\n`)])
  const other = put('b.csv', `${HEAD}120,1,3,1,2,5\n180,1,2,1,2,5\n`)
  const before = stored()
  expect(refusal([other])).toBe(
    "1 candle in the file and what is stored differ, the first one of 1970-01-01 00:02:00 UTC; nothing was changed: add --replace if the file's are right (candles_conflict)",
  )
  expect(stored()).toEqual(before)
  expect(take([other], { replace: true })).toMatchObject({ added: 1, replaced: 1 })
  expect(stored()?.high[1]).toBe(3)
})

test('two files that differ are refused, whatever may be replaced', () => {
  const { put, refusal, stored } = place()
  const files = [put('a.csv', `${HEAD}60,1,2,1,2,5\n`), put('b.csv', `${HEAD}60,1,3,1,2,5\n`)]
  expect(refusal(files, { replace: true })).toMatch(
    /^1 candle in b.csv and the files before it differ.*take one/,
  )
  expect(stored()).toBeUndefined()
})

test('nothing is mixed into candles of another address', () => {
  const { home, put, refusal } = place()
  writeCandleSet(home, { ...set, address: 'http://127.0.0.1:9', asked: [], columns: minutes(3) })
  expect(refusal([put('a.csv', `${HEAD}60,1,2,1,2,5\n`)])).toMatch(
    /came from http:\/\/127.0.0.1:9; nothing was changed/,
  )
})

test.each([
  [
    '60,1,2,1,2,5\n60,1,2,1,2,5\n120,1,2,1,2,5',
    'line 3: the candle of 1970-01-01 00:01:00 UTC is there twice',
  ],
  [
    '60,1,2,1,2,5\n180,1,2,1,2,5\n120,1,2,1,2,5\n240,1,2,1,2,5',
    'line 4: the candle of 1970-01-01 00:02:00 UTC is older than the one before it',
  ],
  [
    '60,1,2,1,2,5\n120,1,2,0,2,5',
    'line 3: the candle of 1970-01-01 00:02:00 UTC has the low price 0',
  ],
  ['1800000060,1,2,1,2,5', 'line 2: the candle of 2027-01-15 08:01:00 UTC is from the future'],
])('a file with a candle that cannot be is refused with its line', (text, what) => {
  const { put, refusal, stored } = place()
  expect(refusal([put('a.csv', HEAD + text)])).toBe(
    `a.csv, ${what}; nothing of the file was taken: correct it (candles_impossible)`,
  )
  expect(stored()).toBeUndefined()
})

test('candles of another timeframe are refused by what they are', () => {
  const { put, refusal } = place()
  expect(refusal([put('a.csv', `${HEAD}3600,1,2,1,2,5\n7200,1,2,1,2,5\n`)])).toBe(
    'a.csv cannot be read: its candles are 1h apart, not 1m: correct --timeframe (candles_unreadable)',
  )
  expect(refusal([put('a.csv', `${HEAD}61,1,2,1,2,5\n68,1,2,1,2,5\n`)])).toContain(
    'are of no timeframe',
  )
})

const ROWS = columnsOfRows(
  Array.from({ length: 60 }, (_, at) => [
    1_704_067_200 + 60 * at,
    100 + (at % 7),
    110.5,
    90.25,
    100.125 + (at % 3),
    at * 0.5,
  ]),
)

test.each(['lz4', 'zstd', 'plain'])('a feather file (%s) is read', (name) => {
  const { take, stored } = place()
  const file = join(import.meta.dirname, `testing/${name}.feather`)
  expect(take([file])).toMatchObject({ candles: 60, gaps: [] })
  expect(stored()).toEqual(ROWS)
})

test.each(['lz4', 'zstd', 'plain'])('a feather file (%s) that is cut off is refused', (name) => {
  const { put, refusal } = place()
  const bytes = readFileSync(join(import.meta.dirname, `testing/${name}.feather`))
  for (const share of [0.2, 0.5, 0.9, 0.99])
    expect(refusal([put('a.feather', bytes.subarray(0, bytes.length * share))])).toMatch(
      /^a.feather cannot be read: it .*\(candles_unreadable\)$/,
    )
})

test('a feather file with any byte altered is read or refused, at once', () => {
  for (const [at, name] of ['lz4', 'zstd', 'plain'].entries()) {
    const bytes = readFileSync(join(import.meta.dirname, `testing/${name}.feather`))
    for (let place = at; place < bytes.length; place += 17)
      for (const value of [0, 127, 255]) {
        const altered = Buffer.from(bytes)
        altered[place] = value
        const parsed = parseFeather(altered)
        expect(parsed.ok ? parsed.columns.length <= 10_000_000 : parsed.what).toBeTruthy()
      }
  }
})

test('a feather file that says it has a hundred million candles is refused before there is room for them', () => {
  const bytes = readFileSync(join(import.meta.dirname, 'testing/plain.feather'))
  const sixty = Buffer.alloc(8)
  sixty.writeBigInt64LE(60n)
  const whats: unknown[] = []
  for (let at = bytes.indexOf(sixty); at >= 0; at = bytes.indexOf(sixty, at + 1)) {
    const altered = Buffer.from(bytes)
    altered.writeBigInt64LE(100_000_000n, at)
    const parsed = parseFeather(altered)
    whats.push(parsed.ok ? null : parsed.what)
  }
  expect(whats).toContain('it has more than ten million candles')
})

test('a vector that is longer than what holds it is refused', () => {
  // A table with one field, four bytes behind it a vector of a thousand.
  const bytes = Uint8Array.from([
    12, 0, 0, 0, 6, 0, 8, 0, 4, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 232, 3, 0, 0,
  ])
  expect(() => FlatTable.root(bytes).vector(0, 1, (at) => at)).toThrow('a vector is cut off')
  bytes.set([0, 0], 20)
  expect(FlatTable.root(bytes).vector(0, 1, (at) => at)).toEqual([])
})

test('other columns of a feather file are passed over', () => {
  const { take, stored } = place()
  const file = join(import.meta.dirname, 'testing/wide.feather')
  expect(take([file])).toMatchObject({ candles: 60, gaps: [] })
  expect(stored()).toEqual(ROWS)
})

/** One CSV file in an archive, as the public archive of Binance has them. */
function zip(
  text: string,
  change: (parts: { sum: number; entries: number; flags: number }) => void = () => undefined,
) {
  const bytes = Buffer.from(text)
  const parts = { sum: crc32(bytes), entries: 1, flags: 0 }
  change(parts)
  const data = deflateRawSync(bytes)
  const name = Buffer.from('a.csv')
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(parts.flags, 2)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(parts.sum, 10)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(bytes.length, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data])
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), name])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(parts.entries, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, entry, end])
}

const ARCHIVED =
  '1735689600000000,1,2,1,2,5,1735689659999999,9,3,1,1,0\n1735689660000000,2,2,1,2,5,1735689719999999,9,3,1,1,0\n'

test('an archive of Binance with times in microseconds is read', () => {
  const { put, take, stored } = place()
  expect(take([put('BTCUSDT-1m-2025-01.zip', zip(ARCHIVED))])).toMatchObject({ candles: 2 })
  expect([...(stored()?.start ?? [])]).toEqual([1_735_689_600, 1_735_689_660])
})

test.each([
  ['is cut off', zip(ARCHIVED).subarray(0, 90), 'the archive is cut off or damaged'],
  [
    'has another content than its checksum says',
    zip(ARCHIVED, (parts) => {
      parts.sum = (parts.sum ^ 1) >>> 0
    }),
    'the archive is damaged: its checksum differs',
  ],
  [
    'is encrypted',
    zip(ARCHIVED, (parts) => {
      parts.flags = 1
    }),
    'the archive is encrypted, or of a kind',
  ],
  [
    'has two files',
    zip(ARCHIVED, (parts) => {
      parts.entries = 2
    }),
    'there are 2 files in the archive, not one',
  ],
])('an archive that %s is refused', (_, bytes, what) => {
  const { put, refusal } = place()
  expect(refusal([put('a.zip', bytes)])).toContain(`a.zip cannot be read: ${what}`)
})

test('a file that is larger than a text may be is refused before it is read', () => {
  const { put, refusal } = place()
  const path = put('a.csv', '')
  truncateSync(path, 500_000_001)
  expect(refusal([path])).toContain('a.csv cannot be read: it has more than 500 MB: cut it')
})

test.each([
  ['PAR1\x15\x04', 'it is Parquet: write it as CSV'],
  ['FEA1\x00\x00', 'it is feather of the first version: write it as CSV'],
  ['\x1f\x8b\x08', 'it is packed with gzip: unpack it first'],
  [
    '[[1704067200000,1,2,1,2,5]]',
    'it is JSON: of freqtrade: freqtrade convert-data --format-to feather',
  ],
])('a file in another form is refused with the way to one that is read: %j', (content, what) => {
  const { put, refusal } = place()
  expect(refusal([put('a', Buffer.from(content, 'latin1'))])).toContain(`a cannot be read: ${what}`)
})
