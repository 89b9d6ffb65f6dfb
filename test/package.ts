// Before the system tests: the package as people install it is built, once, and their commands and programs run from it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../release/build.ts'

let folder = ''

export async function setup(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'keyside-tests-'))
  // As npm puts it there.
  const place = join(folder, 'node_modules', 'keyside')
  process.env['TESTED_PACKAGE'] = place
  // A home of their own, for the cache of compiled code.
  process.env['HOME'] = folder
  await buildPackage(place)
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true })
}
