// Where Node lets a program begin threads or processes: exactly the one that it needs, with walls. Node knows only whether
// there may be any, and a thread or a process that is begun with other flags is behind no wall at all. What this calls is
// taken now, and it has no loop that a dependency could change, as in `outgoing.ts`.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { denied, lock, uncurried } from './sealed.ts'

export interface Starts {
  /** Addresses of the file that may be a thread, and of the one that seals it before. */
  readonly thread?: { readonly file: string; readonly seals: string }
  /** What may follow Node's own name when a process begins. */
  readonly process?: readonly string[]
}

type Variables = Readonly<Record<string, string | undefined>>

/** `variables`: of a thread. */
export function sealStarts(starts: Starts, variables: Variables): void {
  if (starts.thread !== undefined) sealThreads(starts.thread, variables)
  if (starts.process !== undefined) sealProcesses(starts.process)
}

const { apply, construct } = Reflect
const { getPrototypeOf, getOwnPropertySymbols } = Object
const { isArray } = Array
const nameOf = uncurried(Symbol.prototype.toString)
const startsWith = uncurried(
  String.prototype.startsWith as (this: string, begin: string) => boolean,
)

/** Of the process's flags, those that are a thread's too. */
const OF_THREADS = /^--(?:permission|allow-net|allow-fs-|disable-warning)/

function sealThreads({ file, seals }: NonNullable<Starts['thread']>, variables: Variables): void {
  const threads = process.getBuiltinModule('node:worker_threads')
  const { Worker } = threads
  const path = fileURLToPath(file)
  const walls = process.execArgv.filter((flag) => OF_THREADS.test(flag))
  const execArgv = [...walls, '--import', seals]
  const env = { ...variables }
  const Sealed = new Proxy(Worker, {
    construct(target, [asked, options]) {
      if (`${asked}` !== file) throw denied('a thread')
      const { workerData, resourceLimits } = options ?? {}
      const worker = construct(target, [path, { workerData, resourceLimits, execArgv, env }])
      lockConstructor(handleOf(worker))
      return worker
    },
  })
  lock(Worker.prototype, 'constructor', Sealed)
  lock(threads, 'Worker', Sealed)
  // Node lets a thread read the folder that its process is in, which may be the whole disk: a service begins at its root.
  process.chdir(dirname(fileURLToPath(seals)))
  lock(process, 'chdir', () => {
    throw denied('another folder')
  })
  // It begins a thread of Node's own, which runs what it is told.
  lock(process.getBuiltinModule('node:module'), 'register', () => {
    throw denied('a thread')
  })
}

function handleOf(worker: Record<symbol, object>): object {
  const symbols = getOwnPropertySymbols(worker)
  for (let at = 0; at < symbols.length; at += 1) {
    const symbol = symbols[at]
    const handle = symbol && nameOf(symbol) === 'Symbol(kHandle)' ? worker[symbol] : undefined
    if (handle !== undefined) return handle
  }
  throw denied('a thread of another Node than this was tested with')
}

/** Else it would make another one, past all that is asked here. */
function lockConstructor(handle: object): void {
  lock(getPrototypeOf(handle), 'constructor', undefined)
}

function sealProcesses(words: readonly string[]): void {
  const processes = process.getBuiltinModule('node:child_process')
  const { _handle } = new processes.ChildProcess() as unknown as { _handle: object }
  const prototype = getPrototypeOf(_handle)
  const { spawn } = prototype
  const { execPath } = process
  const own = [execPath, ...words]
  // As Node 26 calls it. Another one, that calls it otherwise, begins nothing.
  lock(prototype, 'spawn', function (this: object, ...[, args, , envPairs, stdio]: unknown[]) {
    if (!isSame(args, own)) throw denied('another process')
    return apply(spawn, this, [execPath, own, undefined, channelOf(envPairs), stdio, 0])
  })
  lockConstructor(_handle)
  // These have a way of their own, and nothing needs them.
  for (const name of ['spawnSync', 'execSync', 'execFileSync'])
    lock(processes, name, () => {
      throw denied('another process')
    })
  lock(process, 'execve', () => {
    throw denied('another process')
  })
}

function isSame(args: unknown, own: readonly string[]): boolean {
  if (!isArray(args) || args.length !== own.length) return false
  for (let at = 0; at < own.length; at += 1) if (args[at] !== own[at]) return false
  return true
}

/** Node's own variables, for the channel to the parent. */
function channelOf(pairs: unknown): readonly string[] {
  const kept = ['TZ=UTC']
  if (!isArray(pairs)) return kept
  for (let at = 0; at < pairs.length; at += 1) {
    const pair = `${pairs[at]}`
    if (startsWith(pair, 'NODE_CHANNEL_')) kept[kept.length] = pair
  }
  return kept
}
