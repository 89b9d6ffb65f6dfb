// The last known state of the device: its report number, and whether it is online.
import type { Store } from './open.ts'

export interface DeviceRow {
  /** Last report in order. */
  readonly seq: number
  /** When the newest report or online presence was signed, seconds. */
  readonly signed: number
  /** When anything of it last arrived, Unix ms; 0 for never. */
  readonly heard: number
  readonly presence: 'unknown' | 'online' | 'offline'
  /** Names the journal that numbers the reports; empty before the first. */
  readonly journal: string
}

export function readDevice(store: Store): DeviceRow {
  const row = store.prepare('SELECT * FROM device').get() ?? {}
  const presence = row['presence']
  return {
    seq: Number(row['seq']),
    signed: Number(row['signed']),
    heard: Number(row['heard']),
    presence: presence === 'online' || presence === 'offline' ? presence : 'unknown',
    journal: String(row['journal']),
  }
}

export function writeDevice(store: Store, change: Partial<DeviceRow>): void {
  const { seq, signed, heard, presence, journal } = { ...readDevice(store), ...change }
  store
    .prepare('UPDATE device SET seq = ?, signed = ?, heard = ?, presence = ?, journal = ?')
    .run(seq, signed, heard, presence, journal)
}
