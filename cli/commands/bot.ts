// keyside bot: the Telegram bot of this home, its devices, and how it is taken from its owner.
import { botConfig, releaseOwner } from '@keyside/bot'
import { startBot } from '@keyside/bot/start'
import { keysideHome, loadConfig, logTrace, systemClock, systemRandomBytes } from '@keyside/runtime'
import type { Command } from 'commander'
import { programsOf } from '../home/roles.ts'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import { claimLines } from '../terminal/claim.ts'
import { environment } from '../terminal/config.ts'
import { print } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'
import { addBotDevices } from './bot-devices.ts'

export function addBot(program: Command): void {
  const bot = program
    .command('bot')
    .description('run the Telegram bot')
    .addHelpText('after', '\nExample:\n  keyside bot')
    .action(() => runProgram('bot', start))
  bot
    .command('release')
    .description('take the bot from its owner: whoever has the next claim code owns it')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nFor a Telegram account that is lost.\nExample:\n  keyside bot release')
    .action(release)
  addBotDevices(bot)
}

async function release({ yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome(environment)
  const config = loadConfig('bot', botConfig, home, environment)
  const question = 'Take the bot from its owner? What it has not sent yet is forgotten.'
  if (!yes) await requireConfirm(question, 'the bot keeps its owner')
  if (!releaseOwner(config, home)) return print('Nobody owns this bot.')
  print('Nobody owns this bot now. It shows a new claim code where it runs.')
}

async function start({ home, log, notifyParent, reach }: ProgramContext) {
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
    reach,
    devices: () => devicesOf(home),
    clock: systemClock,
    randomBytes: systemRandomBytes,
    trace: logTrace(log),
  }
  const { stop } = await startBot(config, deps)
  return { text: 'Telegram commands, alerts and approvals', stop }
}

/** None where the bot of this home was replaced by one elsewhere. */
function devicesOf(home: string) {
  try {
    return loadConfig('bot', botConfig, home, environment).devices
  } catch (error) {
    if (!programsOf(home).includes('bot')) return {}
    throw error
  }
}
