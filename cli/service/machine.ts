// The machine that this process runs on, for installing a service on it.

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readTextIfThere } from '@keyside/runtime'
import type { Machine } from './control.ts'

export const thisMachine: Machine = {
  read: readTextIfThere,
  write: (file, text, encoding) => {
    // Read by the service manager; there is no secret in it.
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { encoding })
    // Whatever else this command writes is its owner's alone.
    chmodSync(file, 0o644)
  },
  delete: (file) => rmSync(file, { force: true }),
  run: ([program, ...words], { input, show = false, as } = {}) => {
    const { status, stdout, stderr } = spawnSync(program, words, {
      encoding: 'utf8',
      // Nothing is asked for there.
      input: input ?? '',
      ...(as && { uid: as.uid, gid: as.gid }),
    })
    // Null where the program is not there.
    const text = `${stdout ?? ''}${stderr ?? ''}`
    if (show) process.stdout.write(text)
    return { status, text }
  },
}
