// What the system or SQLite answers about a file, for a person: which file, why not, and what to do.
import { KeysideError } from './error.ts'

interface Answered {
  readonly why: string
  readonly todo: string
}

const FULL = { why: 'the disk is full', todo: 'make room on it' }
const CLOSED = {
  why: 'this user may not do that there',
  todo: 'look at its owner and mode, and at those of its folder',
}
const FIXED = {
  why: 'it cannot be written',
  todo: 'look at its owner and mode, and whether the disk may be written',
}
const UNMADE = {
  why: 'this folder cannot be made',
  todo: 'correct the path, or look whether the disk may be written',
}
const PATH = { why: 'there is no such file or folder', todo: 'correct the path' }
const DAMAGED = { why: 'it is damaged', todo: 'look at the disk, and put a backup back' }
const CROWDED = {
  why: 'this system has too many files open',
  todo: 'raise the limit (ulimit -n), or end other programs',
}

/** By the system's word (errno), as Node has it. */
const BY_WORD: Readonly<Record<string, Answered>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  EACCES: CLOSED,
  EPERM: CLOSED,
  EROFS: FIXED,
  ENOENT: PATH,
  ENOTDIR: PATH,
  ENAMETOOLONG: PATH,
  ELOOP: PATH,
  EISDIR: { why: 'it is a folder', todo: 'name a file' },
  ENXIO: { why: 'it is a socket or a device', todo: 'name a file' },
  EXDEV: { why: 'it is on another disk', todo: 'choose a place on the same one' },
  EBUSY: { why: 'something else uses it', todo: 'end that, and try again' },
  ENOTEMPTY: { why: 'something is in it', todo: 'choose another place' },
  EEXIST: { why: 'something is there already', todo: 'choose another place' },
  EIO: DAMAGED,
  EMFILE: CROWDED,
  ENFILE: CROWDED,
}

/** By SQLite's primary result code. */
const BY_RESULT: Readonly<Record<number, Answered>> = {
  8: FIXED,
  10: {
    why: 'the disk does not take or give it',
    todo: 'look whether it is full or fails, and try again',
  },
  11: DAMAGED,
  13: FULL,
  14: { why: 'it cannot be opened', todo: 'correct the path, or look at its owner and mode' },
  26: { why: 'it is no database', todo: 'move it away, and put a backup back' },
}

/** `file_refused`; null for an error that is no answer about a file. `file` where the error names none. */
export function fileRefused(error: unknown, file = 'a database of this home'): KeysideError | null {
  if (!(error instanceof Error) || error instanceof KeysideError) return null
  const { code, path = file, errcode } = error as NodeJS.ErrnoException & { errcode?: unknown }
  const answer =
    code === 'ERR_SQLITE_ERROR'
      ? BY_RESULT[Number(errcode) & 0xff]
      : isOfFile(error)
        ? byWord(error)
        : undefined
  if (answer === undefined) return null
  return new KeysideError('file_refused', `${path}: ${answer.why}: ${answer.todo}`, error)
}

/** Node says ENOENT of a folder that cannot be made with those above it, also where the disk may not be written. */
function byWord({ code = '', syscall }: NodeJS.ErrnoException): Answered | undefined {
  return syscall === 'mkdir' && code === 'ENOENT' ? UNMADE : BY_WORD[code]
}

/** What a network answers has a system call too, and no path. */
function isOfFile({ path, syscall }: NodeJS.ErrnoException): boolean {
  return path !== undefined || ['write', 'read', 'fsync', 'ftruncate'].includes(syscall ?? '')
}
