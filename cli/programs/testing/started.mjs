// Begun by `starting.mjs`, as its thread and as its process: says what it may.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { parentPort, Worker } from 'node:worker_threads'
import { environment } from '../../terminal/config.ts'

const tried = async (run) => {
  try {
    await run()
    return 'done'
  } catch ({ code }) {
    return code
  }
}
const settled = (emitter, name) =>
  new Promise((resolve, reject) => emitter.once('error', reject).once(name, resolve))
const said = {
  read: await tried(() => readFileSync(join(import.meta.dirname, '../../../package.json'))),
  connect: await tried(() => settled(connect(9, '127.0.0.1'), 'connect')),
  thread: await tried(() => settled(new Worker('', { eval: true }), 'exit')),
  process: await tried(() => settled(spawn(process.execPath, ['--version']), 'exit')),
  options: environment.NODE_OPTIONS ?? 'none',
}
if (parentPort === null) process.send(said)
else parentPort.postMessage(said)
