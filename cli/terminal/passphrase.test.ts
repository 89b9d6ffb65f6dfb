// A passphrase from a place from which none is read.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readPassphrase } from './passphrase.ts'

test.skipIf(process.platform === 'win32')(
  'who names a pipe is told what to do instead',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'keyside-pipe-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    execFileSync('mkfifo', ['-m', '600', join(home, 'pipe')])
    await expect(readPassphrase(home, 'pipe')).rejects.toMatchObject({
      code: 'file_refused',
      message: expect.stringContaining('write the passphrase to standard input'),
    })
  },
)
