// keyside broker: the MQTT broker of this home.
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { loadConfig, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import { environment } from '../terminal/config.ts'

export function addBroker(program: Command): void {
  program
    .command('broker')
    .description('run the MQTT broker')
    .addHelpText('after', '\nExample:\n  KEYSIDE_BROKER__PORT=1884 keyside broker')
    .action(() => runProgram('broker', start))
}

async function start({ home, log }: ProgramContext) {
  const config = loadConfig('broker', brokerConfig, home, environment)
  const { address, stop } = await startBroker(config, { home, log, clock: systemClock })
  return { text: [address.mqtt, address.ws].filter(Boolean).join('  '), stop }
}
