// How a running executor is found: a note in its home says which process it is, and a folder of this user names the homes.
import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { executorsFolder, readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import { markOf, processSpace } from './process-mark.ts'

const note = z.object({
  /** New at each start. */
  session: z.string(),
  pid: z.int().positive(),
  /** Where that number counts. */
  space: z.string(),
  /** Null where the system does not tell. */
  born: z.string().nullable(),
  user: z.number().nullable(),
  /** ISO. */
  since: z.string(),
})
export type ExecutorNote = z.infer<typeof note>

/**
 * `here`: that very process runs on this machine. `elsewhere`: it was started in a container or on another machine, and
 * whether it still runs cannot be seen from here.
 */
export type Found =
  | { readonly executor: 'here' | 'elsewhere'; readonly note: ExecutorNote }
  | { readonly executor: 'none' }

const pointer = z.object({ home: z.string() })

/** Throws when the home cannot be written. Returns what takes the note away again. */
export function register(home: string, session: string, now: number): () => void {
  const mark = markOf(process.pid)
  const { born = null, user = null } = mark === null || mark === 'unknown' ? {} : mark
  const since = new Date(now).toISOString()
  const own = { session, pid: process.pid, space: processSpace(), born, user, since }
  writePrivate(noteFile(home), `${JSON.stringify(own)}\n`)
  point(home)
  return () => {
    if (readNote(home)?.session !== session) return
    rmSync(noteFile(home), { force: true })
    unpoint(home)
  }
}

export function executorAt(home: string): Found {
  const found = readNote(home)
  if (found === null) return { executor: 'none' }
  if (found.space !== processSpace()) return { executor: 'elsewhere', note: found }
  const mark = markOf(found.pid)
  // A note without a birth is of a process that could not see its own: then the number alone decides.
  const same = mark !== null && (found.born === null || (mark !== 'unknown' && isSame(mark, found)))
  return same ? { executor: 'here', note: found } : { executor: 'none' }
}

function isSame(mark: { born: string; user: number }, found: ExecutorNote): boolean {
  return mark.born === found.born && mark.user === found.user
}

/** Homes of this user where an executor runs, by what is on the disk. */
export function homesWithExecutor(): readonly string[] {
  return pointers().filter((home) => {
    if (executorAt(home).executor !== 'none') return true
    unpoint(home)
    return false
  })
}

/** A container may have no such folder; it is found by its home all the same. */
function point(home: string): void {
  try {
    writePrivate(pointerFile(home), `${JSON.stringify({ home: resolve(home) })}\n`)
  } catch {
    return
  }
}

function unpoint(home: string): void {
  try {
    rmSync(pointerFile(home), { force: true })
  } catch {
    return
  }
}

function pointers(): string[] {
  try {
    const folder = executorsFolder()
    return readdirSync(folder).flatMap((name) => {
      const read = readJson(join(folder, name), pointer)
      return read === null ? [] : [read.home]
    })
  } catch {
    return []
  }
}

function readNote(home: string): ExecutorNote | null {
  return readJson(noteFile(home), note)
}

function readJson<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(readText(file))).data ?? null
  } catch {
    return null
  }
}

function noteFile(home: string): string {
  return join(home, 'run', 'executor.json')
}

function pointerFile(home: string): string {
  const name = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16)
  return join(executorsFolder(), `${name}.json`)
}
