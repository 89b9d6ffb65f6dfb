// Another version of Keyside, built from its commit, before this one and after it, on one home that holds a position.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningService } from './running-service.ts'
import type { Days } from './service-days.ts'
import type { TradeWatch } from './watch-trades.ts'

const root = join(import.meta.dirname, '..')

/** Into this folder. Its libraries are installed as its lockfile says. */
export function packageOf(commit: string, folder: string): void {
  const place = mkdtempSync(join(tmpdir(), 'keyside-version-'))
  const tree = join(place, 'source')
  const run = (words: readonly string[], cwd: string) =>
    execFileSync(words[0] ?? '', words.slice(1), { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  run(['git', 'worktree', 'add', '--quiet', '--detach', tree, commit], root)
  try {
    run(['npm', 'ci', '--no-audit', '--no-fund'], tree)
    run([process.execPath, 'release/build.ts', folder], tree)
  } finally {
    run(['git', 'worktree', 'remove', '--force', tree], root)
    rmSync(place, { recursive: true })
  }
}

export interface Versions {
  /** What the service runs from: at the beginning the other version. */
  readonly code: string
  readonly own: string
  readonly commit: string
}

/** This version takes the home over, goes back to the other, which trades on or says why not, and trades on. */
export async function versionDays(
  days: Days,
  service: RunningService,
  watch: TradeWatch,
  { code, own, commit }: Versions,
): Promise<void> {
  const other = `${code}-other`
  const begin = async () => {
    await service.start()
    watch.up()
  }
  await days.day(`with ${commit}`, async () => undefined)
  await days.day('this version takes it over', async () => {
    watch.down()
    await service.stop()
    renameSync(code, other)
    renameSync(own, code)
    await begin()
  })
  let went = 'on' as 'on' | 'back'
  await days.day(`the way back to ${commit}`, async () => {
    watch.down()
    await service.stop()
    renameSync(code, own)
    renameSync(other, code)
    await begin().catch(async (error) => {
      if (!service.said().includes('journal_newer')) throw error
      went = 'back'
      rmSync(code, { recursive: true })
      renameSync(own, code)
      await begin()
    })
  })
  days.tell(
    `  ${commit} ${went === 'on' ? 'traded on' : 'refused the journal, with journal_newer'}`,
  )
  if (went === 'back') return
  await days.day('this version again', async () => {
    watch.down()
    await service.stop()
    rmSync(code, { recursive: true })
    renameSync(own, code)
    await begin()
  })
}
