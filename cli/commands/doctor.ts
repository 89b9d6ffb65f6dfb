// keyside doctor: what is missing before this device can trade, one line each; and a report of it for somebody who helps.
import { keysideHome, systemClock, writePrivate } from '@keyside/runtime'
import { type Command, Option } from 'commander'
import { type Examined, examineAll } from '../doctor/examine.ts'
import { EXIT } from '../programs/exit.ts'
import { environment } from '../terminal/config.ts'
import { freeFile } from '../terminal/free-file.ts'
import { print, printJson, table } from '../terminal/print.ts'

interface DoctorOptions {
  json: boolean
  report?: string | true
  account?: string
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this machine, and say what to do about each thing that is missing')
    .addOption(new Option('--json', 'for a program').default(false).conflicts('report'))
    .option(
      '--report [file]',
      'write what was found into a text for somebody who helps, without anything that is only yours; sends nothing',
    )
    .addHelpText(
      'after',
      '\nExit status 0 only if nothing is missing.\nExamples:\n  keyside doctor\n  keyside doctor --report',
    )
    .action(async ({ json, report, account }: DoctorOptions) => {
      const now = systemClock.now()
      const file = report === undefined ? null : reportFile(report, now)
      const examined = await examineAll(keysideHome(), account)
      const findings = examined.flatMap(findingsOf)
      if (json) printJson(findings)
      else
        print(...table(findings.map(({ check, ok, text }) => [ok ? 'ok' : 'MISSING', check, text])))
      if (file !== null) await writeReport(file, examined, now)
      process.exitCode = findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed
    })
}

function findingsOf({ account, findings }: Examined) {
  if (account === null) return findings
  return findings.map((finding) => ({ ...finding, check: `${account}: ${finding.check}` }))
}

/** Checked before the examination, so that a name that is taken costs no waiting. */
function reportFile(report: string | true, now: number): string {
  return freeFile(report === true ? `keyside-report-${stamp(now)}.txt` : report)
}

async function writeReport(file: string, examined: readonly Examined[], now: number) {
  const { supportReport } = await import('../doctor/report.ts')
  const text = supportReport({ examined, environment, platform: process.platform, now })
  writePrivate(file, text)
  print(
    '',
    `Written: ${file}. Nothing was sent, and only you may read it.`,
    'Read it before you send it to anybody: the first lines say what to look at.',
  )
}

/** 20261127T194500Z */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
}
