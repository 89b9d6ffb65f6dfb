// Candles from Arrow's file form (arrow.apache.org, "Arrow Columnar Format": IPC file), which pandas and freqtrade call
// feather. Only numbers and timestamps are read; other columns are passed over.
import { zstdDecompressSync } from 'node:zlib'
import { type CandleColumns, COLUMNS, type ColumnName, newColumns } from './columns.ts'
import { FlatTable, readLong } from './flatbuffer.ts'
import { decodeLz4 } from './lz4.ts'

export type FeatherCandles =
  | { readonly ok: true; readonly columns: CandleColumns }
  /** A clause that says what is wrong. */
  | { readonly ok: false; readonly what: string }

/** freqtrade's names of columns. */
const NAMES: Readonly<Record<ColumnName, string>> = {
  start: 'date',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
}

const MAGIC_BYTES = 6
const TYPE = { float: 3, timestamp: 10 } as const
const DOUBLE = 2
/** Timestamps in a second, by their unit: seconds, milliseconds, microseconds, nanoseconds. */
const PER_SECOND = [1, 1e3, 1e6, 1e9]
/** How many buffers a column of each type has; of those that are not here nothing is known. */
const BUFFERS: Readonly<Record<number, number>> = {
  ...{ 2: 2, 3: 2, 4: 3, 5: 3, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2 },
  ...{ 15: 2, 18: 2, 19: 3, 20: 3 },
}
/** Of a column of words from a dictionary, whatever type the words have. */
const DICTIONARY_BUFFERS = 2
const RECORD_BATCH = 3
const NOT_COMPRESSED = -1
const ZSTD = 1
/** As much as a file may have that is read at all, were it not compressed. */
const MAX_BYTES = 500_000_000
const MAX_ROWS = 10_000_000

interface Field {
  readonly name: string
  readonly type: number
  /** Of a float its precision, of a timestamp its unit. */
  readonly unit: number
  /** The place of its buffers among all. */
  readonly buffer: number
}

/** Nothing is checked of the candles but that all are numbers; times become Unix seconds. */
export function parseFeather(file: Buffer): FeatherCandles {
  try {
    return read(Uint8Array.from(file))
  } catch (error) {
    // What leads out of the file, and what does not decompress.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error))
      return { ok: false, what: 'it is cut off or damaged' }
    throw error
  }
}

function read(file: Uint8Array): FeatherCandles {
  const view = new DataView(file.buffer)
  const end = file.length - MAGIC_BYTES - 4
  const footer = FlatTable.root(part(file, end - view.getUint32(end, true), end))
  const fields = fieldsOf(footer.table(1)?.tables(1) ?? [])
  if (fields === null) return { ok: false, what: 'it has a column of a kind that is not read here' }
  const found = COLUMNS.map((column) => fields.find(({ name }) => name === NAMES[column]))
  const missing = COLUMNS.find((_, at) => found[at] === undefined)
  if (missing !== undefined) return { ok: false, what: `it has no column "${NAMES[missing]}"` }
  const isRight = found.every((field, at) =>
    at === 0 ? field?.type === TYPE.timestamp : field?.type === TYPE.float && field.unit === DOUBLE,
  )
  if (!isRight) return { ok: false, what: 'its columns are not a timestamp and five Float64' }
  const batches = footer
    .vector(3, 24, (at) => readLong(footer.view, at))
    .map((at) => batchAt(file, view, at))
  const rows = batches.reduce((sum, { length }) => sum + length, 0)
  if (rows > MAX_ROWS) return { ok: false, what: 'it has more than ten million candles' }
  const columns = newColumns(rows)
  let begin = 0
  for (const batch of batches) {
    for (const [at, column] of COLUMNS.entries()) {
      const field = found[at]
      if (field === undefined) continue
      if (batch.nulls(fields.indexOf(field)) !== 0)
        return { ok: false, what: `it has a candle without ${field.name}` }
      const bytes = batch.bytes(field.buffer + 1)
      const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const perSecond = PER_SECOND[field.unit] ?? Number.NaN
      for (let row = 0; row < batch.length; row++)
        columns[column][begin + row] =
          column === 'start'
            ? Number(data.getBigInt64(8 * row, true)) / perSecond
            : data.getFloat64(8 * row, true)
    }
    begin += batch.length
  }
  return { ok: true, columns }
}

/** Null where one is of a type whose buffers cannot be passed over. */
function fieldsOf(tables: readonly FlatTable[]): Field[] | null {
  let buffer = 0
  const fields: Field[] = []
  for (const table of tables) {
    const type = table.byte(2)
    const count = table.table(4) === null ? BUFFERS[type] : DICTIONARY_BUFFERS
    if (count === undefined) return null
    fields.push({ name: table.text(0), type, unit: table.table(3)?.short(0) ?? 0, buffer })
    buffer += count
  }
  return fields
}

interface Batch {
  /** Rows. */
  readonly length: number
  /** Of the column with this place among all. */
  readonly nulls: (field: number) => number
  readonly bytes: (buffer: number) => Uint8Array
}

function batchAt(file: Uint8Array, view: DataView, at: number): Batch {
  // Before the length there is a mark of four bytes in every file since 2019.
  const begin = view.getInt32(at, true) === -1 ? at + 8 : at + 4
  const message = begin + view.getUint32(begin - 4, true)
  const header = FlatTable.root(part(file, begin, message))
  const batch = header.table(2)
  if (header.byte(1) !== RECORD_BATCH || batch === null) throw new RangeError('no record batch')
  const body = part(file, message, message + header.long(3))
  const length = batch.long(0)
  if (length < 0) throw new RangeError('fewer rows than none')
  const nulls = batch.vector(1, 16, (place) => readLong(batch.view, place + 8))
  const regions = batch.vector(2, 16, (place) => {
    const from = readLong(batch.view, place)
    return part(body, from, from + readLong(batch.view, place + 8))
  })
  const compression = batch.table(3)
  const bytes = (number: number) => {
    const region = regions[number] ?? new Uint8Array(0)
    return compression === null ? region : unpacked(region, compression.byte(0))
  }
  return { length, nulls: (field) => nulls[field] ?? 0, bytes }
}

/** The first eight bytes tell the length of what was compressed. */
function unpacked(region: Uint8Array, codec: number): Uint8Array {
  if (region.length === 0) return region
  const view = new DataView(region.buffer, region.byteOffset, region.byteLength)
  const length = readLong(view, 0)
  const packed = region.subarray(8)
  if (length === NOT_COMPRESSED) return packed
  if (length < 0 || length > MAX_BYTES) throw new RangeError('a column is too long')
  return codec === ZSTD
    ? zstdDecompressSync(packed, { maxOutputLength: Math.max(length, 1) })
    : decodeLz4(packed, length)
}

/** Within the bytes, or RangeError: `subarray` would give less. */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (from < 0 || from > to || to > bytes.length) throw new RangeError('leads out of the file')
  return bytes.subarray(from, to)
}
