// Candles from Arrow's IPC file, which pandas and freqtrade call feather.
import { zstdDecompressSync } from 'node:zlib'
import { CompressionType, setCompressionCodec, type Table, tableFromIPC } from '@uwdata/flechette'
import { type CandleColumns, COLUMNS, type ColumnName, newColumns } from './columns.ts'
import { decodeLz4 } from './lz4.ts'

const encode = () => {
  throw new Error('no file is written in this form')
}
setCompressionCodec(CompressionType.LZ4_FRAME, { encode, decode: decodeLz4 })
setCompressionCodec(CompressionType.ZSTD, {
  encode,
  decode: (bytes, length) => {
    const made = zstdDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) })
    if (made.length !== length) throw new RangeError(`${made.length} bytes instead of ${length}`)
    return new Uint8Array(made)
  },
})

export type FeatherCandles =
  | { readonly ok: true; readonly columns: CandleColumns }
  /** A clause that says what is wrong. */
  | { readonly ok: false; readonly what: string }

/** freqtrade's names of columns; its times are timestamps in UTC. Nothing is checked but that all are numbers. */
export function parseFeather(bytes: Buffer): FeatherCandles {
  let table: Table
  try {
    // Each buffer begins where a number may: what Node read need not.
    table = tableFromIPC(Uint8Array.from(bytes))
  } catch (error) {
    return {
      ok: false,
      what: `it is damaged, or compressed in another way than LZ4 or Zstandard (${String((error as Error).message).slice(0, 80)})`,
    }
  }
  const columns = newColumns(table.numRows)
  for (const name of COLUMNS) {
    const values = table.getChild(NAMES[name])?.toArray()
    if (values === undefined)
      return {
        ok: false,
        what: `it has no column "${NAMES[name]}": it has ${table.names.join(', ')}`,
      }
    for (let at = 0; at < columns.length; at++) {
      const value: unknown = values[at]
      if (typeof value !== 'number')
        return { ok: false, what: `row ${at + 1} has no ${NAMES[name]}` }
      columns[name][at] = name === 'start' ? value / 1000 : value
    }
  }
  return { ok: true, columns }
}

const NAMES: Readonly<Record<ColumnName, string>> = {
  start: 'date',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
}
