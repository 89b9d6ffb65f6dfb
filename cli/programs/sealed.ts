// What Node's permission model leaves open, shut before any other code is loaded: SQLite opens and attaches any file, and a
// signal reaches every process of the user, where SIGUSR1 opens a debugger. And what would lead around the walls: requests
// that are under way can be seen and changed, flags of the engine can be set. What this calls is taken now.
import { syncBuiltinESMExports } from 'node:module'
import { resolve as resolvePath } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

const { apply, construct } = Reflect
const { defineProperty } = Object
const resolve = resolvePath

/** For good: nobody can put something else in its place. */
export function lock(object: object, name: string, value: unknown): void {
  defineProperty(object, name, { value, writable: false, configurable: false, enumerable: true })
}

/** A method that is called with its object first, whatever becomes of it later. */
export const uncurried = <T, A extends unknown[], R>(method: (this: T, ...args: A) => R) =>
  Function.prototype.call.bind(method) as unknown as (self: T, ...args: A) => R

const slice = uncurried(String.prototype.slice)
const lower = uncurried(String.prototype.toLowerCase)

export function denied(what: string): Error {
  return Object.assign(new Error(`not allowed behind walls: ${what}`), {
    code: 'ERR_ACCESS_DENIED',
  })
}

export function sealLeaks(): void {
  sealDatabases()
  sealSignals()
  sealRequests()
  syncBuiltinESMExports()
}

/** A database is a file like any other. */
function sealDatabases(): void {
  const sqlite = process.getBuiltinModule('node:sqlite')
  const { DatabaseSync, constants } = sqlite
  const { permission } = process
  const has = permission?.has
  const { setAuthorizer, open } = DatabaseSync.prototype
  const mayOpen = (path: unknown, readOnly: unknown) =>
    path === ':memory:' ||
    // A URI could say more than a path.
    (typeof path === 'string' &&
      lower(slice(path, 0, 5)) !== 'file:' &&
      has !== undefined &&
      apply(has, permission, [readOnly === true ? 'fs.read' : 'fs.write', resolve(path)]) === true)
  // VACUUM attaches a nameless file of its own.
  const judge = (action: number, file: string | null) =>
    action === constants.SQLITE_ATTACH && file !== '' && file !== ':memory:'
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK
  const Sealed = new Proxy(DatabaseSync, {
    construct(target, [path, options]) {
      const { ...given } = options ?? {}
      if (!mayOpen(path, given.readOnly)) throw denied(`the database ${String(path)}`)
      const database: DatabaseSync = construct(target, [path, given])
      apply(setAuthorizer, database, [judge])
      return database
    },
  })
  lock(DatabaseSync.prototype, 'constructor', Sealed)
  lock(DatabaseSync.prototype, 'setAuthorizer', () => {
    throw denied('setAuthorizer')
  })
  // A connection that is opened again has lost its authorizer, so it is set again.
  lock(DatabaseSync.prototype, 'open', function (this: DatabaseSync) {
    apply(open, this, [])
    apply(setAuthorizer, this, [judge])
  })
  lock(sqlite, 'DatabaseSync', Sealed)
  lock(sqlite, 'backup', () => Promise.reject(denied('backup')))
}

/** To itself, and the question whether a process is there: signal 0. */
function sealSignals(): void {
  const { _kill: kill } = process as unknown as { _kill: (pid: number, signal: number) => number }
  const own = process.pid
  lock(process, '_kill', (pid: number, signal: number) => {
    if (pid !== own && signal !== 0) throw denied('a signal to another process')
    return kill(pid, signal)
  })
  for (const name of ['_debugProcess', '_debugEnd'])
    lock(process, name, () => {
      throw denied(name)
    })
}

/**
 * A request for a name is an object of the language: whoever gets hold of it, or catches a property that is set on it, can
 * answer it with another address. With its own flags the engine runs what is no part of the language.
 */
function sealRequests(): void {
  const hooks = process.getBuiltinModule('node:async_hooks')
  const v8 = process.getBuiltinModule('node:v8')
  const shut = (object: object, name: string) =>
    lock(object, name, () => {
      throw denied(name)
    })
  for (const name of ['createHook', 'executionAsyncResource']) shut(hooks, name)
  shut(process, '_getActiveRequests')
  shut(v8, 'setFlagsFromString')
  Object.preventExtensions(Object.prototype)
}
