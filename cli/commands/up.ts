// keyside up: the programs that this home has, and with --sandbox the world around them.
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError, keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { accountHomes, furtherAccounts } from '../home/accounts.ts'
import { executorSection } from '../home/home-keychain.ts'
import { keepTokensFresh } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { openBotRenewal } from '../pairing/renew-bot.ts'
import { flushCacheSoon } from '../programs/compile-cache.js'
import { haltOnSignal } from '../programs/halt-signal.ts'
import { LogFile } from '../programs/log-file.ts'
import { warningIn } from '../programs/log-filter.ts'
import { EXIT } from '../programs/run-program.ts'
import { stopSignal } from '../programs/stop-signal.ts'
import {
  type Service,
  type Supervisor,
  type SupervisorOptions,
  startSupervisor,
} from '../programs/supervisor.ts'
import { SANDBOX_HOME_PREFIX } from '../sandbox/sandbox-remote.ts'
import { type SandboxAccount, VENUE_WORDS, venueOption } from '../sandbox/venue-option.ts'
import { claimLines } from '../terminal/claim.ts'
import { environment } from '../terminal/config.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { ignoreClosedPipe } from '../terminal/pipes.ts'
import { print, row } from '../terminal/print.ts'

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start what this home has: broker, authority, engine, executor, bot')
    .option(
      '--sandbox',
      'with an exchange, a market and a Telegram that live on this machine',
      false,
    )
    .addOption(venueOption())
    .addHelpText('after', '\nExample:\n  keyside up --sandbox')
    .action(async (options: { sandbox: boolean; venue: SandboxAccount }) => {
      ignoreClosedPipe()
      await (options.sandbox ? upSandbox(options.venue) : upHome())
      // A pipe from which the passphrase came may be open still.
      process.exit()
    })
}

/** What is said here is in `logs/up.log` too, for a service that nobody watches; but no code that claims a bot. */
async function upHome(): Promise<void> {
  const home = keysideHome()
  // Where there is no home, none is begun.
  const log = existsSync(home) ? new LogFile(join(home, 'logs', 'up.log')) : null
  const note = (text: string) =>
    log?.write(`${new Date(systemClock.now()).toISOString()} ${text.trim()}`)
  try {
    await upPrograms(note)
  } catch (error) {
    const { message, code } = describeError(error)
    note(`could not start: ${message}${code === undefined ? '' : ` (${code})`}`)
    throw error
  }
}

async function upPrograms(note: (text: string) => void): Promise<void> {
  const home = keysideHome()
  const programs = programsOf(home)
  if (programs.includes('executor')) for (const account of accountHomes(home)) haltOnSignal(account)
  const passphrase = programs.includes('executor') ? await typedPassphrase(home) : undefined
  const stop = stopSignal()
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  const letExpire = keepTokensFresh(parts, (error) =>
    print(row('up', `the access tokens could not be renewed: ${describeError(error).message}`)),
  )
  try {
    const supervisor = await startPrograms(stop, {
      home,
      note,
      ...(passphrase !== undefined && { passphrase }),
      onMessage: (_program, message) => {
        if (message.type === 'claim') print('', ...claimLines(message.code, message.bot), '')
      },
    })
    const botRenewal = openBotRenewal(parts)
    for (const [name, text] of supervisor.readyTexts) {
      print(row(name, text))
      note(row(name, text))
    }
    print('', `Files and logs: ${home}. Ctrl-C stops everything.`)
    await untilEnd(stop, supervisor)
    note('stopped')
    await botRenewal?.close()
  } finally {
    // Else its timer keeps a start that failed from ending.
    letExpire()
  }
}

/** Asked here, once for all accounts, because the standard input of an executor is a pipe. */
function typedPassphrase(home: string): Promise<string> | undefined {
  const asks = accountHomes(home).some((account) => {
    const { keychain, passphraseFile } = executorSection(account)
    return keychain === 'vault' && passphraseFile === undefined
  })
  return asks ? readPassphrase(home, undefined) : undefined
}

async function upSandbox(venue: SandboxAccount): Promise<void> {
  // A home of one's own has no use for it.
  const { newSandboxSecrets, startSandbox } = await import('../sandbox/sandbox.ts')
  const { makeSandboxHome } = await import('../sandbox/sandbox-home.ts')
  const stop = stopSignal()
  const home = mkdtempSync(join(tmpdir(), SANDBOX_HOME_PREFIX))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  haltOnSignal(home)
  print('Keyside on its sandbox: no account, no network, no real money.', '')
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  const secrets = newSandboxSecrets(systemRandomBytes)
  const sandbox = await startSandbox({ ...parts, secrets, venue })
  const listed = Promise.withResolvers<void>()
  try {
    const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts })
    const supervisor = await startPrograms(stop, {
      home,
      passphrase,
      onMessage: (_program, message) => {
        if (message.type === 'claim')
          void listed.promise.then(() => invite(sandbox.telegram.chatUrl, message.code))
      },
    })
    const { address } = sandbox.exchange
    print(row('exchange', `${address} ${VENUE_WORDS[venue]}`))
    for (const [name, text] of supervisor.readyTexts) print(row(name, text))
    print(row('faults', 'keyside sandbox faults lists what can be made to go wrong meanwhile'))
    print('', `Files and logs: ${home}. Ctrl-C stops everything and removes them.`)
    listed.resolve()
    await untilEnd(stop, supervisor)
  } finally {
    await sandbox.stop()
  }
}

/** Also for each later code, when the one before was not used. */
function invite(chatUrl: string, code: string): void {
  print(
    '',
    `Open the chat: ${chatUrl}?start=${code}`,
    'A card with a chart comes within half a minute. Read it in peace: there are three minutes for it.',
    'Press Approve and watch it fill. Some minutes later it is sold again, and the next card comes.',
  )
}

async function startPrograms(
  stop: AbortSignal,
  {
    note,
    ...options
  }: Pick<SupervisorOptions, 'home' | 'passphrase' | 'onMessage'> & {
    readonly note?: (text: string) => void
  },
): Promise<Supervisor> {
  const tell = (text: string) => {
    print(text)
    note?.(text)
  }
  try {
    // While stopping, the programs' warnings about each other are not shown.
    const onLine = (service: Service, line: string) =>
      stop.aborted || tellWarning(tell, service, line)
    const onEnd = (service: Service, text: string) => stop.aborted || tell(row(service, text))
    const programs = programsOf(options.home)
    const accounts = furtherAccounts(options.home)
    const parts = { ...options, programs, accounts, environment, clock: systemClock }
    return await startSupervisor({ ...parts, onLine, onEnd })
  } catch (error) {
    // Ctrl-C reaches the programs as well: one that ended while it started was asked to.
    if (stop.aborted) process.exit(EXIT.ok)
    throw error
  }
}

async function untilEnd(stop: AbortSignal, supervisor: Supervisor): Promise<void> {
  flushCacheSoon()
  if (!stop.aborted) await once(stop, 'abort')
  await supervisor.stop()
}

function tellWarning(tell: (text: string) => void, service: Service, line: string): void {
  const trouble = warningIn(line)
  if (trouble !== null) tell(row(service, trouble))
}
