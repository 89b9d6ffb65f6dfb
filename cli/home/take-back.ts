// Makes a home once the last question is answered. Where that fails half way, the files that it has made are removed, so that
// the next init starts anew. Folders stay, and so does what an OS keychain was given: the next init uses both.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { refuseSecond } from './home.ts'

/** `files` are all that `make` makes before config.yaml, relative to `home`. Throws `home_exists`, and what `make` throws. */
export async function madeOrTakenBack<T>(
  home: string,
  files: readonly string[],
  make: () => Promise<T>,
): Promise<T> {
  // Questions take minutes, in which another init may have set it up.
  refuseSecond(home)
  const missing = files.map((file) => join(home, file)).filter((path) => !existsSync(path))
  try {
    return await make()
  } catch (error) {
    if (!isOfAnother(home, error))
      for (const path of missing) if (existsSync(path)) rmSync(path, { force: true })
    throw error
  }
}

/** A vault that was not there a moment ago, or a config.yaml: another init is at work, or done. */
function isOfAnother(home: string, error: unknown): boolean {
  const isVaultOfAnother = error instanceof KeysideError && error.code === 'vault_exists'
  return isVaultOfAnother || existsSync(join(home, 'config.yaml'))
}
