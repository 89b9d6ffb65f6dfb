// What a process listens on, as Linux tells it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Local TCP ports on which this process listens. */
export function portsOf(pid = 0): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    }),
  )
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, local = '', , state, ...rest] = row.trim().split(/\s+/)
    const isOurs = state === '0A' && inodes.has(rest[5] ?? '')
    return isOurs ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : []
  })
}
