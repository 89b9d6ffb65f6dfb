// A program behind walls that may begin one thread and one process: it tries these and others, and says what became of each.
import '../behind-walls.ts'
import childProcess, { execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import module from 'node:module'
import { Worker } from 'node:worker_threads'

const { thread, words, foreign } = JSON.parse(process.argv[2])

// What a dependency could replace later.
Array.prototype.every = () => true
Array.prototype.find = () => undefined
RegExp.prototype.test = () => true
String.prototype.startsWith = () => true

/** What it says, or why it was refused. */
const told = async (begin) => {
  try {
    const begun = begin()
    const [said] = await Promise.race([
      once(begun, 'message'),
      once(begun, 'exit').then((codes) => [codes.join()]),
    ])
    return said
  } catch ({ code }) {
    return code
  }
}
const done = (run) => {
  try {
    return run() ?? 'done'
  } catch ({ code, name }) {
    return code ?? name
  }
}
/** The class behind the handle, which knows nothing of what is asked before. */
const classOf = (begun) => {
  const symbol = Object.getOwnPropertySymbols(begun).filter(
    (one) => one.description === 'kHandle',
  )[0]
  const handle = symbol === undefined ? begun._handle : begun[symbol]
  return typeof handle.constructor
}
const flags = words.slice(0, -1)
const file = words.at(-1)
const stdio = ['ignore', 'ignore', 'ignore', 'ipc']
const options = { execArgv: flags, env: { NODE_OPTIONS: '--no-permission' }, stdio }

const said = {
  'its thread': await told(() => new Worker(new URL(thread), { execArgv: [] })),
  'another thread': await told(() => new Worker(new URL(foreign), {})),
  'a thread of text': await told(() => new Worker('', { eval: true })),
  'its thread under another name': await told(() => new Worker(new URL(`${thread}?`), {})),
  'the class of threads': classOf(new Worker(new URL(thread))),
  'a thread of hooks': done(() => module.register(foreign)),
  'its process': await told(() => fork(file, options)),
  'its process with another flag': await told(() =>
    fork(file, { ...options, execArgv: [...flags, '--allow-worker'] }),
  ),
  'another process': await told(() => spawn(process.execPath, ['--version'])),
  'another program': await told(() => fork(file, { ...options, execPath: '/bin/true' })),
  'the class of processes': classOf(new childProcess.ChildProcess()),
  spawnSync: done(() => spawnSync('true').status),
  execSync: done(() => execSync('true')),
  execFileSync: done(() => execFileSync('true')),
  chdir: done(() => process.chdir('/')),
  execve: done(() => process.execve('/bin/true', ['true'])),
}
process.stdout.write(JSON.stringify(said), () => process.exit())
