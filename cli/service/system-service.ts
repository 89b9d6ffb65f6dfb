// Keyside as a service of the system: "keyside up" on one home, begun with the machine and before anybody logs in.
import { launchdService } from './launchd.ts'
import type { SystemService } from './parts.ts'
import { systemdService } from './systemd.ts'
import { windowsService } from './windows-task.ts'

/** Null where this system has no service manager that Keyside knows. */
export function serviceOf(
  platform: NodeJS.Platform,
  programData = 'C:\\ProgramData',
): SystemService | null {
  if (platform === 'linux') return systemdService
  if (platform === 'darwin') return launchdService
  return platform === 'win32' ? windowsService(programData) : null
}
