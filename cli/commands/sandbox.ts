// keyside sandbox: only the exchange and the Telegram, for programs that are started apart.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  ensureProofSecret,
  readSecret,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { FILES } from '../home/home-files.ts'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import {
  newSandboxSecrets,
  type SandboxSecrets,
  sandboxSecrets,
  startSandbox,
} from '../sandbox/sandbox.ts'
import { addSandboxFaults } from '../sandbox/sandbox-faults.ts'
import { noteSandbox } from '../sandbox/sandbox-remote.ts'

interface Options {
  host: string
  name?: string
  exchangePort: number
  telegramPort: number
  secrets: string
  proof: string
}

export function addSandbox(program: Command): void {
  const sandbox = program
    .command('sandbox')
    .description('run the sandbox exchange and Telegram alone, or make a running one misbehave')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--name <name>', 'another name by which clients call it, such as a container name')
    .option('--exchange-port <port>', 'of the exchange', port, 8090)
    .option('--telegram-port <port>', 'of Telegram and the chat page', port, 8091)
    .option('--secrets <file>', 'its API key and bot token; made when missing', FILES.sandbox)
    .option(
      '--proof <file>',
      'what it proves with to the executor of this home that no money is real; made when missing',
      FILES.sandboxSecret,
    )
    .addHelpText('after', '\nExample:\n  keyside sandbox --exchange-port 8090 --telegram-port 8091')
    .action((options: Options) => runProgram('sandbox', (context) => run(options, context)))
  addSandboxFaults(sandbox)
}

async function run({ secrets, proof, ...options }: Options, { home }: ProgramContext) {
  const file = resolve(home, secrets)
  const sandbox = await startSandbox({
    ...options,
    secrets: readSecrets(file),
    proofSecret: ensureProofSecret(resolve(home, proof), systemRandomBytes),
    clock: systemClock,
    randomBytes: systemRandomBytes,
  })
  const { exchange, telegram, stop } = sandbox
  noteSandbox(home, exchange.address)
  return { text: `exchange ${exchange.address}, chat ${telegram.chatUrl}, keys in ${file}`, stop }
}

function readSecrets(file: string): SandboxSecrets {
  if (!existsSync(file))
    writePrivate(file, JSON.stringify(newSandboxSecrets(systemRandomBytes), null, 2))
  return sandboxSecrets.parse(JSON.parse(readSecret(file)))
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('expected a port from 0 to 65535')
  return Number(text)
}
