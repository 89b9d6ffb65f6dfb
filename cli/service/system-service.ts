// Keyside as a service of the system: "keyside up" on one home, begun with the machine and before anybody logs in.
import { KeysideError } from '@keyside/runtime'
import { launchdService } from './launchd.ts'
import type { SystemService } from './parts.ts'
import { systemdService } from './systemd.ts'
import { windowsService } from './windows-task.ts'

/** Throws `service_unsupported`. */
export function serviceOf(
  platform: NodeJS.Platform,
  programData = 'C:\\ProgramData',
): SystemService {
  if (platform === 'linux') return systemdService
  if (platform === 'darwin') return launchdService
  if (platform === 'win32') return windowsService(programData)
  throw new KeysideError(
    'service_unsupported',
    `Keyside knows no service manager of ${platform}: let yours run "keyside up"`,
  )
}
