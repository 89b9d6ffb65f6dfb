// Compiled code is kept for the next start of any command: half the cost of a short command. Write access
// to the cache is code execution, so it is kept only where no other user can write.
import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

export function enablePrivateCache() {
  const home = homeOrNull()
  if (home === null) return
  // Behind walls, who made the walls looked at the folder: what lies around it cannot be seen from there.
  const walled = folderOf(home, process.argv[2] ?? '')
  if (process.permission?.has('fs.write', walled)) return void enableCompileCache(walled)
  const folder = process.permission === undefined ? privateCache(home) : null
  if (folder !== null) enableCompileCache(folder)
}

/** Whoever has none is told so by the command itself. */
function homeOrNull() {
  try {
    return homedir() || null
  } catch {
    return null
  }
}

/** For programs that run long: the cache is written after this time, so that their end does not wait for it, ms. */
const FLUSH_AFTER_MS = 2_000

export function flushCacheSoon() {
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref()
}

/**
 * @param {string} home
 * @param {string} name
 */
function folderOf(home, name) {
  return join(home, ...PARTS, name)
}

const PARTS = ['.cache', 'keyside']

/**
 * Null where another user could put something into it, or in its place; and where it cannot be made. A program behind
 * walls has one of its own, `name`: what it writes there is run by nobody else.
 * @param {string} home
 * @param {string} [name]
 * @returns {string | null}
 */
export function privateCache(home, name = 'compiled') {
  const parts = [...PARTS, name]
  const folders = parts.map((_, at) => join(home, ...parts.slice(0, at + 1)))
  try {
    // One by one: the home itself is not made, and a recursive mkdir can hang in some places.
    for (const folder of folders) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    return [home, ...folders].every(isOwn) ? folderOf(home, name) : null
  } catch {
    return null
  }
}

/**
 * Windows has no such modes: a profile there is its user's by the rights that it inherits.
 * @param {string} folder
 */
function isOwn(folder) {
  const found = lstatSync(folder)
  if (process.getuid === undefined) return found.isDirectory()
  const isOurs = found.uid === process.getuid() || found.uid === 0
  return found.isDirectory() && isOurs && (found.mode & 0o022) === 0
}
