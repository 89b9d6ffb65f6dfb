// keyside selftest: does the whole thing work on this machine?
import type { Command } from 'commander'
import { EXIT } from '../programs/exit.ts'
import { stopSignal } from '../programs/stop-signal.ts'
import { type SelftestResult, selftest } from '../sandbox/selftest.ts'
import { type SandboxAccount, venueOption } from '../sandbox/venue-option.ts'
import { print, printJson, table } from '../terminal/print.ts'

export function addSelftest(program: Command): void {
  program
    .command('selftest')
    .description('send one signal through all programs in the sandbox and time each hop')
    .addOption(venueOption())
    .option('--json', 'print {ok, filled, hops: [{name, ms}], error?}', false)
    .addHelpText(
      'after',
      '\nExit status 0 only if exactly one order was filled.\nExample:\n  keyside selftest --json',
    )
    .action(async ({ json, venue }: { json: boolean; venue: SandboxAccount }) => {
      if (!json)
        print(
          'One signal through broker, engine, executor and bot; this takes about ten seconds.',
          '',
        )
      const result = await selftest({ venue, stop: stopSignal() })
      if (json) printJson(result)
      else show(result)
      process.exitCode = result.ok ? EXIT.ok : EXIT.failed
    })
}

function show({ ok, hops, filled, error }: SelftestResult): void {
  const rows = hops.map(({ name, ms }, at) => {
    const step = ms - (hops[at - 1]?.ms ?? 0)
    return [
      name,
      `${ms.toFixed(1)} ms`.padStart(12),
      `${step < 0 ? '' : '+'}${step.toFixed(1)} ms`.padStart(12),
    ]
  })
  print(...table([['hop', 'since candle'.padStart(12), 'step'.padStart(12)], ...rows]), '')
  print(ok ? `ok: ${filled} order filled, and reported in the chat` : `failed ${error}`)
}
