// Two machines and the world around them: network namespaces on one bridge where this machine allows it, else loopback addresses.
import { execFileSync } from 'node:child_process'

export interface TwoMachines {
  readonly kind: 'network namespaces' | 'loopback addresses'
  /** Address of what both reach: exchange and Telegram. */
  readonly world: string
  /** Address of the provider's machine. */
  readonly provider: string
  /** What runs a command there. */
  readonly via: { readonly provider: readonly string[]; readonly trader: readonly string[] }
  close(): void
}

const LOOPBACK: TwoMachines = {
  kind: 'loopback addresses',
  world: '127.0.0.1',
  provider: '127.0.0.2',
  via: { provider: [], trader: [] },
  close: () => undefined,
}

/** A machine that is there refuses a port on which nothing listens. */
const KNOCK =
  "require('net').connect(9, process.argv[1]).on('error', ({ code }) => process.exit(code === 'ECONNREFUSED' ? 0 : 1))"

/** Linux, as root, with iproute2. */
export function twoMachines(): TwoMachines {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return LOOPBACK
  const tag = process.pid.toString(36)
  const net = `10.${100 + (process.pid % 100)}.${process.pid % 250}`
  const bridge = `ksw${tag}`
  const spaces = { provider: `ksp${tag}`, trader: `kst${tag}` }
  const close = () => {
    for (const name of Object.values(spaces)) quietly(['netns', 'del', name])
    quietly(['link', 'del', bridge])
  }
  try {
    ip(['link', 'add', bridge, 'type', 'bridge'])
    ip(['addr', 'add', `${net}.1/24`, 'dev', bridge])
    ip(['link', 'set', bridge, 'up'])
    for (const [at, name] of Object.values(spaces).entries())
      cable(name, bridge, `${net}.${at + 2}`)
    const knock = [process.execPath, '-e', KNOCK, `${net}.2`]
    execFileSync('ip', ['netns', 'exec', spaces.trader, ...knock], { timeout: 5_000 })
  } catch {
    close()
    return LOOPBACK
  }
  const via = (name: string) => ['ip', 'netns', 'exec', name]
  return {
    kind: 'network namespaces',
    world: `${net}.1`,
    provider: `${net}.2`,
    via: { provider: via(spaces.provider), trader: via(spaces.trader) },
    close,
  }
}

function cable(name: string, bridge: string, address: string): void {
  ip(['netns', 'add', name])
  ip(['link', 'add', `${name}0`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name])
  ip(['link', 'set', `${name}0`, 'master', bridge, 'up'])
  ip(['-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0'])
  ip(['-n', name, 'link', 'set', 'eth0', 'up'])
  ip(['-n', name, 'link', 'set', 'lo', 'up'])
}

function ip(words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'ignore' })
}

function quietly(words: readonly string[]): void {
  try {
    ip(words)
  } catch {
    // It was not made.
  }
}
