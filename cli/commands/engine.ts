// keyside engine: the strategy engine of this home.
import { join } from 'node:path'
import { loadConfig, logTrace, systemClock, systemRandomBytes } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { startEngine } from '@keyside/strategy-engine/start'
import type { Command } from 'commander'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import { environment } from '../terminal/config.ts'

const BROKER_TIMEOUT_MS = 5_000

export function addEngine(program: Command): void {
  program
    .command('engine')
    .description('run the strategy engine')
    .addHelpText('after', '\nExample:\n  KEYSIDE_LOG=debug keyside engine')
    .action(() => runProgram('engine', start))
}

async function start({ home, log }: ProgramContext) {
  const config = loadConfig('engine', engineConfig, home, environment)
  const deps = {
    home,
    log,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    trace: logTrace(log),
  }
  const { ready, failed, stop } = await startEngine(config, deps)
  // A wrong token is an error of this start; a broker that is down is not.
  await Promise.race([
    ready,
    new Promise((done) => systemClock.after(BROKER_TIMEOUT_MS, () => done(null))),
  ])
  const text = `signed signals from the strategies in ${join(home, config.strategies)}`
  return { text, failed, stop }
}
