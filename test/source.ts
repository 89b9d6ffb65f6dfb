// The repository as its tests read it: which folders are programs, and where an import leads.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The packages of the workspace, each the folder of its name. */
export const packages = JSON.parse(read('package.json')).workspaces as readonly string[]

/** The files of a package that others may import, by what they add to its name. */
function openFiles(folder: string): Record<string, string> {
  const { exports = {} } = JSON.parse(read(`${folder}/package.json`))
  return typeof exports === 'string' ? { '.': exports } : exports
}

export function doorsOf(folder: string): string[] {
  return Object.values(openFiles(folder))
}

/** Where each package opens: `@keyside/protocol/node` at `protocol/node.ts`. */
const doors = new Map(
  packages.flatMap((folder) =>
    Object.entries(openFiles(folder)).map(
      ([door, file]) => [join('@keyside', folder, door), join(folder, file)] as const,
    ),
  ),
)

/** The file of this repository that is meant, from the top; null for one that comes from elsewhere. */
export function resolveImport(file: string, path: string): string | null {
  if (path.startsWith('.')) return join(dirname(file), path)
  // As `programFile` names it.
  const program = `${path}.ts`
  return doors.get(path) ?? (existsSync(join(root, program)) ? program : null)
}
