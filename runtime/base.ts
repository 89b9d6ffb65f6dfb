// What needs no library. A process that only watches over others loads no more than this.

export { databaseBusy, isBusy } from './busy.ts'
export { type Cancel, type Clock, systemClock } from './clock.ts'
export { type Environment, executorsFolder, keysideHome, logLevel, userFolder } from './config.ts'
export { KeysideError, RUNTIME_CODES } from './error.ts'
export { fileRefused } from './file-refused.ts'
export { isOpenToOthers, privateFolder, readSecret, restrictHome, writePrivate } from './files.ts'
export { Helper } from './helper.ts'
export {
  type Build,
  installed,
  ownCode,
  PROGRAM_FILES,
  programFile,
  readableCode,
} from './installation.ts'
export { describeError, scrub } from './log.ts'
export { openPlainFile, readBytes, readText, readTextIfThere } from './read-file.ts'
export { ACCOUNT_COMMANDS, commandsFor } from './texts/account-commands.ts'
