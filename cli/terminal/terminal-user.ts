// Who sits at the terminal, as the journal keeps it of what was done there.
import { userInfo } from 'node:os'

/** In a container a user may be a number alone, and have no name. */
export function terminalUser(nameOf: () => string = () => userInfo().username): string {
  try {
    return `terminal:${nameOf()}`
  } catch {
    return `terminal:${process.getuid?.() ?? 'unknown'}`
  }
}
