// The files of trials: written and removed here alone, and read by the engine as it reads a strategy's.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { id } from '@keyside/protocol'
import { readText, writePrivate } from '@keyside/runtime'

const ENDING = '.yaml'

export class TrialFiles {
  readonly path: string

  /** Makes the folder. */
  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }

  /** Sorted. */
  get names(): readonly string[] {
    return readdirSync(this.path)
      .filter((file) => file.endsWith(ENDING))
      .map((file) => basename(file, ENDING))
      .sort()
  }

  has(name: string): boolean {
    return existsSync(this.fileOf(name))
  }

  read(name: string): string {
    return readText(this.fileOf(name))
  }

  /** When it was written last, Unix seconds. */
  since(name: string): number {
    return Math.floor(statSync(this.fileOf(name)).mtimeMs / 1000)
  }

  write(name: string, text: string): void {
    writePrivate(this.fileOf(name), text.endsWith('\n') ? text : `${text}\n`)
  }

  remove(name: string): void {
    rmSync(this.fileOf(name), { force: true })
  }

  fileOf(name: string): string {
    return join(this.path, `${id.parse(name)}${ENDING}`)
  }
}
