// The last known state of each device: its report number, and whether it is online.
import { type Store, transact } from './open.ts'

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
  /** Of its newest report: `paper` where no money is behind its orders. */
  readonly money: 'paper' | 'not_paper'
}

const UNHEARD: DeviceRow = {
  seq: 0,
  signed: 0,
  heard: 0,
  presence: 'unknown',
  journal: '',
  money: 'not_paper',
}

/** `name` is the bot's own for the device. */
export function readDevice(store: Store, name: string): DeviceRow {
  const row = store.prepare('SELECT * FROM device WHERE name = ?').get(name)
  if (row === undefined) return UNHEARD
  const presence = row['presence']
  return {
    seq: Number(row['seq']),
    signed: Number(row['signed']),
    heard: Number(row['heard']),
    presence: presence === 'online' || presence === 'offline' ? presence : 'unknown',
    journal: String(row['journal']),
    money: row['money'] === 'paper' ? 'paper' : 'not_paper',
  }
}

export function writeDevice(store: Store, name: string, change: Partial<DeviceRow>): void {
  const row = { ...readDevice(store, name), ...change }
  const { seq, signed, heard, presence, journal, money } = row
  store
    .prepare('INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(name, seq, signed, heard, presence, journal, money)
}

/** Deletes all that is kept of it, unsent messages too; the buttons of its cards do nothing any more. */
export function forgetDevice(store: Store, name: string): void {
  transact(store, () => {
    for (const table of ['message', 'delivered_report', 'kept_report'])
      store.prepare(`DELETE FROM ${table} WHERE device = ?`).run(name)
    store.prepare('DELETE FROM device WHERE name = ?').run(name)
  })
}
