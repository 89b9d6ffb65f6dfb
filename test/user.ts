// The user whose home the tests' commands run in: one for all of them, and others where a test needs its own.
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateCache } from '../cli/programs/compile-cache.js'
import { PROGRAMS } from '../cli/programs/program-names.ts'

/**
 * A folder of its own, with what Node has compiled of the product already: without it every start takes three times as
 * much CPU time, which no test here is about.
 */
export function newUser(prefix: string): string {
  const user = mkdtempSync(join(tmpdir(), prefix))
  shareCompiled(user)
  return user
}

/** Into a home that has none of it yet, for commands and for each program behind its walls. Node replaces its files and never writes into one. */
export function shareCompiled(user: string): void {
  for (const name of ['compiled', ...PROGRAMS]) {
    const [from, to] = [privateCache(homedir()), privateCache(user, name)]
    if (from === null || to === null)
      throw new Error('a home of the tests may be written by others')
    for (const { name: file, parentPath } of readdirSync(from, {
      withFileTypes: true,
      recursive: true,
    }).filter((one) => one.isFile())) {
      const folder = join(to, parentPath.slice(from.length))
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (!existsSync(join(folder, file))) linkSync(join(parentPath, file), join(folder, file))
    }
  }
}
