// Another user of the same machine, with a real account, beside a home that works.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { executorsFolder } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { privateCache } from '../cli/programs/compile-cache.js'
import { portsOf } from './ports.ts'
import { openTestSystem } from './test-system.ts'

/** An account that every system has, and that nothing belongs to. */
const ACCOUNT = 'nobody'

/** Says in one line why there can be none. */
function otherUser(): { readonly uid: number; readonly gid: number } | null {
  const id = (what: string) => Number(spawnSync('id', [what, ACCOUNT], { encoding: 'utf8' }).stdout)
  const [uid, gid] = [id('-u'), id('-g')]
  if (process.platform === 'linux' && process.getuid?.() === 0 && uid > 0) return { uid, gid }
  console.warn('skipped: a test with a second user needs Linux, and root to become that user')
  return null
}
const user = otherUser()

const ATTACK = `
const fs = require('node:fs'), net = require('node:net'), { join } = require('node:path')
const { folders, files, pids, socket } = JSON.parse(process.argv[1])
const got = []
const attempt = (what, run) => { try { run(); got.push(what) } catch {} }
for (const folder of folders) {
  attempt('list ' + folder, () => fs.readdirSync(folder))
  attempt('write into ' + folder, () => fs.writeFileSync(join(folder, 'mallory'), ''))
}
for (const file of files) {
  attempt('read ' + file, () => fs.readFileSync(file))
  attempt('write ' + file, () => fs.appendFileSync(file, ''))
  attempt('remove ' + file, () => fs.rmSync(file))
}
for (const pid of pids) {
  for (const name of ['environ', 'maps', 'mem', 'auxv', 'syscall'])
    attempt(name + ' of ' + pid, () => fs.closeSync(fs.openSync('/proc/' + pid + '/' + name)) ?? fs.readFileSync('/proc/' + pid + '/' + name))
  attempt('files of ' + pid, () => fs.readdirSync('/proc/' + pid + '/fd'))
  attempt('folder of ' + pid, () => fs.readdirSync('/proc/' + pid + '/cwd/'))
  for (const signal of [0, 'SIGUSR1', 'SIGUSR2', 'SIGKILL'])
    attempt(signal + ' to ' + pid, () => process.kill(pid, signal))
}
const connected = () => new Promise((resolve) => {
  const one = net.connect(socket, () => resolve(true)).on('error', () => resolve(false))
  setTimeout(() => one.destroy(), 2_000).unref()
})
Promise.all(Array.from({ length: 50 }, connected)).then((all) => {
  if (all.some(Boolean)) got.push('connect')
  console.log(JSON.stringify({ uid: process.getuid(), got }))
})
`

/** Which that user may run, wherever the one of the tests is. */
function nodeForAll(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-mallory-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  const node = join(folder, 'node')
  copyFileSync(process.execPath, node)
  chmodSync(node, 0o755)
  return node
}

test.skipIf(user === null)(
  'another user reads nothing, writes nothing, keeps nobody out, and finds no debugger and no socket',
  async () => {
    const system = await openTestSystem({ logLevel: 'info' })
    onTestFinished(() => system.close())
    const { home } = system
    const socket = join(home, 'run', 'broker.sock')
    const config = join(home, 'config.yaml')
    // As init writes it where there are Unix sockets.
    const text = readFileSync(config, 'utf8').replaceAll(/mqtt:\/\/127[\d.:]+/g, `unix:${socket}`)
    const parsed = parse(text)
    parsed.broker = { ...parsed.broker, port: null, socket: 'run/broker.sock' }
    writeFileSync(config, stringify(parsed))
    const broker = await system.start('broker')
    const executor = await system.start('executor')
    const pids = [broker, executor].map((child) => child.process.pid ?? 0)
    const all = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(home, name),
    )
    const own = [executorsFolder(), privateCache(process.env['HOME'] ?? '', 'executor') ?? '']
    const folders = [home, ...all.filter((path) => statSync(path).isDirectory()), ...own]
    const files = all.filter((path) => !statSync(path).isDirectory())
    expect(files.length).toBeGreaterThan(10)
    const attack = (as: object) => {
      const words = ['-e', ATTACK, JSON.stringify({ folders, files, pids, socket })]
      const { stdout, stderr } = spawnSync(nodeForAll(), words, {
        ...as,
        encoding: 'utf8',
        cwd: '/',
      })
      expect(stderr).toBe('')
      return JSON.parse(stdout)
    }
    expect(attack(user ?? {})).toEqual({ uid: user?.uid, got: [] })
    for (const pid of pids) expect(portsOf(pid), 'ports').toEqual([])
    expect([executor.process.exitCode, broker.process.exitCode]).toEqual([null, null])
    // Nobody was kept out, and nothing was asked of the executor.
    await system.start('bot')
    expect(readdirSync(join(home, 'run'))).not.toContain('HALT')
    // That the attempts are real: where the home is open to others, those that ask for nothing but its modes succeed.
    for (const path of [home, join(home, 'run')]) chmodSync(path, 0o755)
    chmodSync(config, 0o644)
    chmodSync(socket, 0o666)
    expect(attack(user ?? {}).got).toEqual([
      `list ${home}`,
      `list ${join(home, 'run')}`,
      `read ${config}`,
      'connect',
    ])
  },
)
