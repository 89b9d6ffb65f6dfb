// keyside bot devices: which devices the bot of this home serves, and how to remove one.
import { keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import {
  type BotDevice,
  botDevices,
  removableDevice,
  removeBotDevice,
} from '../pairing/bot-devices.ts'
import { day } from '../terminal/duration.ts'
import { grouped } from '../terminal/fingerprint.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'

export function addBotDevices(bot: Command): void {
  const devices = bot
    .command('devices')
    .description('the devices that this bot serves: list, remove')
  devices
    .command('list')
    .description(
      'each with its broker, the end of the access there, and the fingerprint of its key',
    )
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside bot devices list')
    .action(({ json }: { json: boolean }) => list(json))
  devices
    .command('remove')
    .argument('<name>')
    .description('serve it no more, at once')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside bot devices remove north')
    .action((name: string, { yes }: { yes: boolean }) => remove(name, yes))
}

function list(json: boolean): void {
  const devices = botDevices(keysideHome())
  if (json) printJson({ devices })
  else print(...devices.flatMap(linesOf))
}

function linesOf({ name, broker, access, fingerprint }: BotDevice): string[] {
  return [
    name,
    ...table([
      ['  broker', broker],
      ['  access', access === null ? 'none: pair the bot with it anew' : `to ${day(access)}`],
      ['  fingerprint', grouped(fingerprint)],
    ]),
    '',
  ]
}

async function remove(name: string, yes: boolean): Promise<void> {
  removableDevice(keysideHome(), name)
  const question = `Serve ${name} no more? The bot's key for it and its access are deleted here.`
  if (!yes) await requireConfirm(question, `${name} is served as before`)
  removeBotDevice(keysideHome(), name)
  print(
    `${name} is taken out, and a bot that runs serves it no more.`,
    'The device goes on without a bot, and an order that asks you is not sent. "keyside pair bot" there gives it another.',
  )
}
