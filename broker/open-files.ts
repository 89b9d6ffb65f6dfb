// The system's limit on open files, which bounds how many connections there can be at once.
import type { BrokerLimits } from './config.ts'

/** Files, listeners and whatever else the process holds open besides connections. */
const OTHER_FILES = 64

/** Most clients where the configuration names no number: what one process serves well. */
const MAX_CONNECTIONS = 20_000

/** Files that this process may open at once; Node has raised the soft limit to the hard one. Infinity where no limit is known. */
export function maxOpenFiles(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: unknown } }
  }
  const files = Number(userLimits?.open_files?.soft)
  return Number.isFinite(files) ? files : Number.POSITIVE_INFINITY
}

export type FittedLimits = BrokerLimits & { readonly maxConnections: number }

/** The limits that `files` leave room for, and a sentence where the configuration asks for more clients. */
export function fitToFiles(
  limits: BrokerLimits,
  files: number,
): { readonly limits: FittedLimits; readonly problem: string | null } {
  const free = files - OTHER_FILES
  // Connections without a token must not use up the files that clients need.
  const pending = Math.max(1, Math.min(limits.maxPendingConnections, Math.floor(free / 4)))
  const wanted = limits.maxConnections ?? MAX_CONNECTIONS
  const connections = Math.max(1, Math.min(wanted, free - pending))
  const isTooMany = limits.maxConnections !== null && limits.maxConnections > connections
  return {
    limits: { ...limits, maxPendingConnections: pending, maxConnections: connections },
    problem: isTooMany
      ? `this system lets the broker open ${files} files: room for ${connections} clients, not for the ${wanted} of limits.maxConnections; raise its limit on open files to ${wanted + limits.maxPendingConnections + OTHER_FILES} (LimitNOFILE of systemd, ulimits of Docker, ulimit -n)`
      : null,
  }
}
