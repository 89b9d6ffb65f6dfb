// The repository as its tests read it: which folders are programs, and where an import leads.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The packages of the workspace, each the folder of its name. */
export const packages = JSON.parse(read('package.json')).workspaces as readonly string[]

/** Where each package opens: `@keyside/protocol/node` at `protocol/node.ts`. */
const doors = new Map(
  packages.flatMap((folder) => {
    const { name, exports = {} } = JSON.parse(read(`${folder}/package.json`))
    const open: Record<string, string> = typeof exports === 'string' ? { '.': exports } : exports
    return Object.entries(open).map(
      ([door, file]) => [join(name, door), join(folder, file)] as const,
    )
  }),
)

/** The file of this repository that is meant, from the top; null for one that comes from elsewhere. */
export function resolveImport(file: string, path: string): string | null {
  return path.startsWith('.') ? join(dirname(file), path) : (doors.get(path) ?? null)
}
