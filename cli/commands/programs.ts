// keyside broker, engine, executor, bot: one program of this home. Each loads its own code only.
import { join } from 'node:path'
import { loadConfig, logTrace, systemChance, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { environment } from '../config.ts'
import { openHomeKeychain } from '../home-keychain.ts'
import { type ProgramContext, runProgram } from '../run-program.ts'

export function addPrograms(program: Command): void {
  const add = (name: string, description: string, run: () => Promise<void>) =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  KEYSIDE_LOG=debug keyside ${name}`)
      .action(run)
  add('broker', 'run the MQTT broker', () => runProgram('broker', broker))
  add('engine', 'run the strategy engine', () => runProgram('engine', engine))
  add('executor', 'run the executor, on the device that has the keys', () =>
    runProgram('executor', executor),
  )
  add('bot', 'run the Telegram bot', () => runProgram('bot', bot))
}

async function broker({ home, log }: ProgramContext) {
  const { brokerConfig, startBroker } = await import('@keyside/broker')
  const config = loadConfig('broker', brokerConfig, home, environment)
  const { address, stop } = await startBroker(config, { log, clock: systemClock })
  return { text: [address.mqtt, address.ws].filter(Boolean).join('  '), stop }
}

async function engine({ home, log }: ProgramContext) {
  const { engineConfig, startEngine } = await import('@keyside/strategy-engine')
  const config = loadConfig('engine', engineConfig, home, environment)
  const deps = { home, log, clock: systemClock, chance: systemChance, trace: logTrace(log) }
  const { stop } = await startEngine(config, deps)
  return { text: `signed signals from the strategies in ${join(home, config.strategies)}`, stop }
}

async function executor({ home, log }: ProgramContext) {
  const { executorConfig, startExecutor } = await import('@keyside/executor')
  const config = loadConfig('executor', executorConfig, home, environment)
  const keychain = await openHomeKeychain(home, config)
  const deps = {
    home,
    log,
    keychain,
    clock: systemClock,
    chance: systemChance,
    trace: logTrace(log),
  }
  const { stop } = await startExecutor(config, deps)
  const where = config.keychain === 'os' ? 'the OS keychain' : 'the encrypted vault'
  return { text: `account ${config.account} on ${config.exchange.name}, keys in ${where}`, stop }
}

async function bot({ home, log, tell }: ProgramContext) {
  const { botConfig, startBot } = await import('@keyside/bot')
  const config = loadConfig('bot', botConfig, home, environment)
  const onClaimCode = (code: string, username: string) =>
    tell({ type: 'claim', code, bot: username })
  const deps = {
    home,
    log,
    onClaimCode,
    clock: systemClock,
    chance: systemChance,
    trace: logTrace(log),
  }
  const { stop } = await startBot(config, deps)
  return { text: 'Telegram commands, alerts and approvals', stop }
}
