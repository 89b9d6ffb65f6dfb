// What code would try that has come out of its realm. Says of each try what became of it.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { Worker } from 'node:worker_threads'

const [home] = process.argv.slice(2)
const told = {}
const settled = []

async function attempt(name, run) {
  try {
    await run()
    told[name] = 'done'
  } catch (error) {
    told[name] = error.code ?? error.message
  }
}
const once = (emitter) =>
  new Promise((done, fail) => {
    emitter.once('connect', done).once('listening', done).once('error', fail)
    // What is refused within Node itself has nobody to tell.
    process.once('uncaughtException', fail)
  })

for (const [name, run] of Object.entries({
  'read a key': () => readFileSync(`${home}/engine/engine.key`),
  'read the tokens': () => readFileSync(`${home}/engine/engine.token`),
  'list the home': () => readdirSync(home),
  'read a system file': () => readFileSync('/etc/hostname'),
  'write a strategy': () => writeFileSync(`${home}/strategies/x.yaml`, ''),
  'start a process': () => spawn(process.execPath, ['--version']),
  'start a thread': () => new Worker('', { eval: true }),
  'load native code': () => process.dlopen({ exports: {} }, '/tmp/x.node'),
  listen: () => once(createServer().listen(0, '127.0.0.1')),
}))
  settled.push(attempt(name, run))
await Promise.all(settled)
await attempt('open a socket', () => once(connect(9, '127.0.0.1')))
process.stdout.write(JSON.stringify(told), () => process.exit())
