// A home whose executor has traded by the test rig: for commands that read its journal.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { makeHome } from '../cli/home/home.ts'
import { TestExecutor } from '../executor/testing/rig.ts'

/** The caller closes the executor, and removes the home. */
export function openJournalHome(name: string): { home: string; executor: TestExecutor } {
  const home = mkdtempSync(join(tmpdir(), `keyside-${name}-`))
  makeHome({
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(new Uint8Array(32)).publicKey,
    home,
    role: 'alone',
    keychain: 'vault',
    port: 1883,
    examples: { strategies: [], policy: '' },
  })
  return { home, executor: new TestExecutor({ path: join(home, 'executor/journal.db') }) }
}
