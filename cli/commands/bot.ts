// keyside bot: the Telegram bot of this home.
import { botConfig, startBot } from '@keyside/bot'
import { loadConfig, logTrace, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import { claimLines } from '../terminal/claim.ts'
import { environment } from '../terminal/config.ts'
import { print } from '../terminal/print.ts'

export function addBot(program: Command): void {
  program
    .command('bot')
    .description('run the Telegram bot')
    .addHelpText('after', '\nExample:\n  keyside bot')
    .action(() => runProgram('bot', start))
}

async function start({ home, log, notifyParent }: ProgramContext) {
  const config = loadConfig('bot', botConfig, home, environment)
  // Shown on the terminal only, never logged.
  const onClaimCode = (code: string, bot: string) => {
    notifyParent({ type: 'claim', code, bot })
    if (process.stdout.isTTY) print('', ...claimLines(code, bot), '')
  }
  const deps = {
    home,
    log,
    onClaimCode,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    trace: logTrace(log),
  }
  const { stop } = await startBot(config, deps)
  return { text: 'Telegram commands, alerts and approvals', stop }
}
