// What a small board has to have: memory of each program of `keyside up`, from the built package, at its start, after half a
// minute and after many trades; and how long it starts. Linux.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildPackage } from '../release/build.ts'
import { openService, type RunningService } from '../test/running-service.ts'
import { UNASKED_POLICY } from '../test/test-system.ts'
import { cpuOf } from './processes.ts'
import type { BenchOptions, Result } from './result.ts'
import { spread } from './spread.ts'

const STREAMS = ['one', 'two', 'three', 'four']
const MARKETS = ['BTC/USDT', 'ETH/USDT']
const STARTS = 5

/** Each candle of a second that rises buys, each that falls sells. */
function strategy(name: string, at: number): string {
  return `name: ${name}
market: ${MARKETS[at % MARKETS.length]}
timeframe: 1s
enter: close > open
exit: close < open
size: 20 USDT
stop: 1 %
valid_for: 60s
`
}

const POLICY = UNASKED_POLICY.replace('[BTC/USDT]', `[${MARKETS.join(', ')}]`).replace(
  '  home/demo: { allocation: 5000 }',
  STREAMS.map((name) => `  home/${name}: { allocation: 1000 }`).join('\n'),
)

/** MiB. `own`: pages that no other process has; `pss`: and its share of those that several have. */
interface Memory {
  readonly name: string
  readonly rss: number
  readonly pss: number
  readonly own: number
  /** What it has used of the processor since it began, ms. */
  readonly cpu: number
}

interface Look {
  readonly when: string
  readonly programs: readonly Memory[]
  /** A process of Node that does nothing, at the same moment. */
  readonly bare: Memory
}

/** `signals`: how many orders are filled. */
export async function footprint({ signals: trades, note }: BenchOptions): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-footprint-'))
  const code = join(folder, 'node_modules', 'keyside')
  note('building the package')
  await buildPackage(code)
  const strategies = Object.fromEntries(
    STREAMS.map((name, at) => [`${name}.yaml`, strategy(name, at)]),
  )
  const service = await openService({ code, policy: POLICY, strategies })
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
  try {
    const starts = await coldStarts(service, code)
    note(startsInWords(starts))
    await service.start()
    await sleep(5_000)
    const looks = [look('5 s after the start', service, bare)]
    note(lookInWords(looks[0]))
    await sleep(30_000)
    looks.push(look('35 s after it', service, bare))
    note(lookInWords(looks[1]))
    const begun = performance.now()
    while (filled(service) < trades) {
      await sleep(1_000)
      if (performance.now() - begun > 3_600_000) throw new Error('no trades for an hour')
    }
    looks.push(look(`${filled(service)} trades after it`, service, bare))
    const json = { name: 'footprint', trades, starts, looks }
    return { json, text: [...looks.map(lookInWords), startsInWords(starts)].join('\n\n') }
  } finally {
    bare.kill()
    await service.close()
    rmSync(folder, { recursive: true })
  }
}

function filled({ sandbox }: RunningService): number {
  return sandbox.exchange.acceptLog().filter(({ executed }) => Number(executed) > 0).length
}

function look(when: string, service: RunningService, bare: ChildProcess): Look {
  const programs = [...service.processes()].map(([name, pid]) => memoryOf(name, pid))
  return { when, programs, bare: memoryOf('bare Node', bare.pid ?? 0) }
}

function memoryOf(name: string, pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (key: string) =>
    Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024
  const own = field('Private_Clean') + field('Private_Dirty')
  return { name, rss: field('Rss'), pss: field('Pss'), own, cpu: cpuOf(pid) }
}

/** ms from the begin of the process, p50. */
interface Starts {
  readonly nothing: number
  readonly version: number
  /** Its sign of life, as `keyside executor` with a broker that is up; the vault's passphrase is not made slow to guess. */
  readonly executor: number
  /** What it has used of the processor until then. */
  readonly cpu: number
}

async function coldStarts(
  { environment: env, home, passphrase }: RunningService,
  code: string,
): Promise<Starts> {
  const main = join(code, 'cli/main.js')
  const run = (words: readonly string[]) => {
    const child = spawn(process.execPath, words, {
      env,
      stdio: ['pipe', 'ignore', 'inherit'],
      cwd: '/',
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(`${passphrase}\n`)
    return child
  }
  const ended = async (words: readonly string[]) => {
    const begun = performance.now()
    await once(run(words), 'exit')
    return performance.now() - begun
  }
  const alive = async (
    program: string,
    tries = 3,
  ): Promise<{ child: ChildProcess; ms: number }> => {
    const begun = performance.now()
    const child = run([main, program])
    while (!existsSync(join(home, 'run', `${program}.alive`))) {
      // A broker that is too slow to refuse a stranger ends itself: on a machine that is very busy.
      if (child.exitCode !== null && tries > 1) return await alive(program, tries - 1)
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
      await sleep(2)
    }
    return { child, ms: performance.now() - begun }
  }
  const stopped = async (child: ChildProcess) => {
    child.kill()
    await once(child, 'exit')
  }
  const taken = { nothing: [0], version: [0], executor: [0], cpu: [0] }
  const broker = await alive('broker')
  for (let count = 0; count < STARTS; count += 1) {
    taken.nothing[count] = await ended(['-e', '0'])
    taken.version[count] = await ended([main, '--version'])
    const executor = await alive('executor')
    taken.executor[count] = executor.ms
    taken.cpu[count] = cpuOf(executor.child.pid ?? 0)
    await stopped(executor.child)
  }
  await stopped(broker.child)
  const p50 = (sample: readonly number[]) => Math.round(spread(sample).p50)
  return {
    nothing: p50(taken.nothing),
    version: p50(taken.version),
    executor: p50(taken.executor),
    cpu: p50(taken.cpu),
  }
}

function lookInWords(one: Look | undefined): string {
  if (one === undefined) return ''
  const { when, programs, bare } = one
  const sum = (read: (memory: Memory) => number) =>
    programs.reduce((all, memory) => all + read(memory), 0)
  const shared = Math.max(...programs.map(({ rss, own }) => rss - own))
  const row = ({ name, rss, pss, own, cpu }: Memory) =>
    `  ${name.padEnd(10)}${[rss, pss, own].map((value) => value.toFixed(0).padStart(7)).join('')}${(cpu / 1_000).toFixed(1).padStart(9)}`
  const all = {
    name: 'sum',
    rss: sum(({ rss }) => rss),
    pss: sum(({ pss }) => pss),
    own: sum(({ own }) => own),
    cpu: sum(({ cpu }) => cpu),
  }
  return [
    `${when}, MiB           RSS    PSS    own    CPU s`,
    ...[...programs, all, bare].map(row),
    `  own of all, and once what they share: ${(all.own + shared).toFixed(0)}`,
  ].join('\n')
}

function startsInWords({ nothing, version, executor, cpu }: Starts): string {
  return `ms from the begin, p50 of ${STARTS}: node -e 0 ${nothing}, keyside --version ${version}, keyside executor until it is ready ${executor} (CPU ${cpu})`
}
