// keyside up: the programs that this home has, and with --sandbox the world around them.
import type { Command } from 'commander'
import { type SandboxAccount, venueOption } from '../sandbox/venue-option.ts'

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
    .action(async ({ sandbox, venue }: { sandbox: boolean; venue: SandboxAccount }) => {
      // Only for the sandbox: ignored with a home of one's own.
      if (sandbox) return (await import('../up/up-sandbox.ts')).upSandbox(venue)
      return (await import('../up/up-home.ts')).upHome()
    })
}
