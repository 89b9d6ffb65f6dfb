// keyside executor: the device that has the keys.
import { startExecutor } from '@keyside/executor/start'
import { logTrace, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { unprovedLine } from '../home/venue-info.ts'
import { haltOnSignal } from '../programs/halt-signal.ts'
import { openParentKeychain } from '../programs/parent-keychain.ts'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'

export function addExecutor(program: Command): void {
  program
    .command('executor')
    .description('run the executor, on the device that has the keys')
    .addHelpText(
      'after',
      '\nThe passphrase of a vault is asked for, or read from standard input.\nExample:\n  keyside executor',
    )
    .action(() => runProgram('executor', start))
}

async function start({ home, log, reach }: ProgramContext) {
  haltOnSignal(home)
  const config = executorSection(home)
  const keychain =
    config.keychain === 'os' ? await openParentKeychain() : await openHomeKeychain(home, config)
  const deps = {
    home,
    log,
    keychain,
    reach,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    trace: logTrace(log),
  }
  const { failed, stop } = await startExecutor(config, deps)
  // The start waits for no answer about it.
  void unprovedLine(home).then(
    (line) => line !== null && log.warn(line),
    () => undefined,
  )
  const where = config.keychain === 'os' ? 'the OS keychain' : 'the encrypted vault'
  return {
    text: `account ${config.account} on ${config.exchange.name}, keys in ${where}`,
    failed,
    stop,
  }
}
