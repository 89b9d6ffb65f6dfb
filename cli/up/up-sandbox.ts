// keyside up --sandbox: a home that lives as long as its run, and the world around it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { programsOf } from '../home/roles.ts'
import { haltOnSignal } from '../programs/halt-signal.ts'
import { stopSignal } from '../programs/stop-signal.ts'
import { commandsOf } from '../programs/walled-command.ts'
import { newSandboxSecrets, startSandbox } from '../sandbox/sandbox.ts'
import { makeSandboxHome } from '../sandbox/sandbox-home.ts'
import { SANDBOX_HOME_PREFIX } from '../sandbox/sandbox-remote.ts'
import { type SandboxAccount, VENUE_WORDS } from '../sandbox/venue-option.ts'
import { environment } from '../terminal/config.ts'
import { ignoreClosedPipe } from '../terminal/pipes.ts'
import { print, row } from '../terminal/print.ts'
import { startPrograms, untilEnd } from './start-programs.ts'

export async function upSandbox(venue: SandboxAccount): Promise<void> {
  ignoreClosedPipe()
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
      programs: programsOf(home),
      commandOf: commandsOf({ home, environment }),
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
  process.exit()
}

/** Also for each later code, when the one before was not used. */
function invite(chatUrl: string, code: string): void {
  print(
    '',
    `Open the chat: ${chatUrl}?start=${code}`,
    'A card with a chart comes within half a minute. Read it in peace: it says until when it waits, and another one comes after it.',
    'Press Approve and watch it fill. Some minutes later it is sold again, and the next card comes.',
  )
}
