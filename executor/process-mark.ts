// Identifies a process for certain: its number may be reused later, and containers have numbers of their own.
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessMark {
  /** When it began, in the words of its system: two processes with one number differ in it. */
  readonly born: string
  /** Numeric id of its owner. */
  readonly user: number
}

/** Process numbers mean the same in it: one machine, or one container. */
export function processSpace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** Null when there is none, or only the rest of one; `unknown` where the system does not tell. */
export function markOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): ProcessMark | 'unknown' | null {
  if (platform === 'linux') return fromProc(pid)
  const mayAsk = process.permission?.has('child') !== false
  return platform === 'win32' || !mayAsk ? fromSignal(pid) : fromPs(pid)
}

/** The name of a program may hold anything, also a parenthesis: fields are counted behind the last one. */
function fromProc(pid: number): ProcessMark | null {
  try {
    // Of itself it may read no more than that, behind its walls.
    const file = `/proc/${pid === process.pid ? 'self' : pid}/stat`
    const stat = readFileSync(file, 'latin1')
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return null
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    // starttime is field 22 of proc_pid_stat(5), and `state` is field 3.
    return { born: `${boot} ${fields[18]}`, user: statSync(file).uid }
  } catch {
    return null
  }
}

function fromPs(pid: number): ProcessMark | null {
  const { stdout } = spawnSync('ps', ['-o', 'uid=,stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  })
  const [user = '', state = '', ...began] = stdout.trim().split(/\s+/)
  if (began.length === 0 || state.startsWith('Z')) return null
  return { born: began.join(' '), user: Number(user) }
}

function fromSignal(pid: number): 'unknown' | null {
  try {
    process.kill(pid, 0)
    return 'unknown'
  } catch {
    return null
  }
}
