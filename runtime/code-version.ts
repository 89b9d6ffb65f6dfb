// The version of what a part of the code remembers: nobody has to raise it, and nobody can forget to.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The text of the code in these folders and all below, without its tests. Read it as that code is loaded: later, an
 * update of Keyside may have put another in its place.
 */
export function codeVersion(...folders: readonly string[]): string {
  return hash('sha256', JSON.stringify(folders.map(textsOf)), 'base64url')
}

function textsOf(folder: string): (readonly [name: string, text: string])[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const code = names.filter((name) => /^(?!.*(\.test\.|\btesting\b)).*\.ts$/.test(name))
  return code.toSorted().map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}
