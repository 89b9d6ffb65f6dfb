// An init that did not end leaves nothing: what it had made would stand in the way of the next one.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where an init makes files before config.yaml, the last one. */
const PLACES = ['authority', 'bot', 'broker', 'engine', 'executor', 'policy.yaml', 'strategies']

/** Runs `make`. Where it throws before the home is set up, the files that were not there before are removed. */
export async function madeOrTakenBack(home: string, make: () => Promise<void>): Promise<void> {
  const before = new Set(filesIn(home))
  try {
    await make()
  } catch (error) {
    if (!existsSync(join(home, 'config.yaml')))
      for (const file of filesIn(home)) if (!before.has(file)) rmSync(file, { force: true })
    throw error
  }
}

function filesIn(home: string): string[] {
  return PLACES.flatMap((place) => {
    const path = join(home, place)
    if (!existsSync(path)) return []
    try {
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    } catch {
      return [path]
    }
  })
}
