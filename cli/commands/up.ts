// keyside up: all four programs, and with --sandbox the world around them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keysideHome, systemChance, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import type { Program } from '../children.ts'
import { claimWords } from '../claim.ts'
import { environment } from '../config.ts'
import { startConstellation } from '../constellation.ts'
import { executorSection } from '../home-keychain.ts'
import { readPassphrase } from '../passphrase.ts'
import { print, row } from '../print.ts'
import { newSandboxSecrets, startSandbox } from '../sandbox.ts'
import { makeSandboxHome } from '../sandbox-home.ts'

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start broker, engine, executor and bot')
    .option(
      '--sandbox',
      'with an exchange, a market and a Telegram that live on this machine',
      false,
    )
    .addHelpText('after', '\nExample:\n  keyside up --sandbox')
    .action((options: { sandbox: boolean }) => (options.sandbox ? upSandbox() : upHome()))
}

async function upHome(): Promise<void> {
  const home = keysideHome()
  const passphrase = await typedPassphrase(home)
  const constellation = await startConstellation({
    home,
    environment,
    ...(passphrase !== undefined && { passphrase }),
    onLine: showTrouble,
    onMessage: (_program, message) => {
      if (message.type === 'claim') print('', ...claimWords(message.code, message.bot), '')
    },
  })
  for (const [name, text] of constellation.texts) print(row(name, text))
  print('', `Files and logs: ${home}. Ctrl-C stops everything.`)
  await untilEnd(constellation, async () => undefined)
}

/** Asked here, once, because the executor's own standard input is a pipe. */
function typedPassphrase(home: string): Promise<string> | undefined {
  const { keychain, passphraseFile } = executorSection(home)
  const asks = keychain === 'vault' && passphraseFile === undefined
  return asks ? readPassphrase(home, passphraseFile) : undefined
}

async function upSandbox(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-sandbox-'))
  const remove = () => rmSync(home, { recursive: true, force: true })
  process.once('exit', remove)
  print('Keyside on its sandbox: no account, no network, no real money.', '')
  const sandbox = await startSandbox({
    clock: systemClock,
    chance: systemChance,
    secrets: newSandboxSecrets(systemChance),
  })
  const { passphrase } = await makeSandboxHome({
    home,
    sandbox,
    clock: systemClock,
    chance: systemChance,
  })
  const claimed = Promise.withResolvers<string>()
  const constellation = await startConstellation({
    home,
    environment,
    passphrase,
    onLine: showTrouble,
    onMessage: (_program, message) => {
      if (message.type === 'claim') claimed.resolve(message.code)
    },
  })
  print(
    row('exchange', `${sandbox.exchange.address} stands in for Binance, with a market of its own`),
  )
  for (const [name, text] of constellation.texts) print(row(name, text))
  print(
    '',
    `Open the chat: ${sandbox.telegram.chatUrl}?start=${await claimed.promise}`,
    'A signal comes within two minutes, as a card with a chart. Press Approve and watch it fill.',
    '',
    `Files and logs: ${home}. Ctrl-C stops everything and removes them.`,
  )
  await untilEnd(constellation, () => sandbox.stop())
}

type Running = Awaited<ReturnType<typeof startConstellation>>

/** Ends with the first signal to this process, or with the first program that ends by itself. */
async function untilEnd(constellation: Running, alsoStop: () => Promise<void>): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<null>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(null))
  const broken = await Promise.race([asked, constellation.broken])
  if (broken !== null)
    print(`${broken.program} ended by itself (exit code ${broken.code}); stopping the rest.`)
  await Promise.all([constellation.stop(), alsoStop()])
  process.exit(broken === null ? 0 : 1)
}

const WARN = 40

/** What a person should see of the logs: warnings and worse, in words. */
function showTrouble(program: Program, line: string): void {
  let entry: { level?: unknown; msg?: unknown }
  try {
    entry = JSON.parse(line)
  } catch {
    print(row(program, line))
    return
  }
  if (Number(entry.level) >= WARN) print(row(program, String(entry.msg)))
}
