// A small disk in memory, that can be full, for as long as something uses it. Linux.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atInterrupt } from './at-interrupt.ts'

export interface Place {
  readonly folder: string
  readonly disk: string
  /** Whether the disk is one of its own: that needs the right to mount one. */
  readonly mounted: boolean
}

type Run = (command: string, words: readonly string[]) => { readonly status: number | null }

/** Whatever becomes of `use`, the disk is unmounted and the folder gone. */
export async function withDisk(
  size: string,
  use: (place: Place) => Promise<void>,
  run: Run = spawnSync,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-week-'))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status === 0
  const clean = () => {
    // Also from under a program that still has a file open there.
    if (mounted) run('umount', ['--lazy', disk])
    rmSync(folder, { recursive: true })
  }
  const ended = atInterrupt(clean)
  try {
    await use({ folder, disk, mounted })
  } finally {
    ended()
    clean()
  }
}
