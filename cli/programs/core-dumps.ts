// A crash dump of a process that knows secrets would hold them.
import { writeFileSync } from 'node:fs'

/** On Linux, of this process and of all that it starts (core(5)). A limit of zero would not stop a dump that goes to a program. */
export const CORE_FILTER = '/proc/self/coredump_filter'

export function keepMemoryOutOfDumps(): void {
  try {
    writeFileSync(CORE_FILTER, '0')
  } catch {
    // Another system, or a program behind walls, which inherits it from its parent.
  }
}
