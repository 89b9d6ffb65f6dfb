// Where the files of this installation are. Two kinds: the workspace, whose TypeScript Node runs as it stands, and the
// package that `npm run build` makes of it, with the code in few files and everything else at the same place (package/README.md).
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What a build says of itself, in `build.json` of the package. */
export interface Build {
  /** Of `codeVersion`. */
  readonly codeVersions: Readonly<Record<string, string>>
  /** The public key that signs releases. */
  readonly releaseKey?: string
}

/** Without their ending: what is started as a process or a thread of its own, besides the command. */
export const PROGRAM_FILES = [
  'cli/programs/behind-walls',
  'cli/programs/probe-walls',
  'cli/up/home-reader',
  'executor/keychain/os-helper',
  'strategy-engine/backtest/search/search-worker',
  'strategy-engine/confined/main',
  'strategy-engine/trials/backtest-worker',
] as const

/** Of a package. */
const NO_CODE = ['node_modules', 'docs', 'examples']
const OWN_CODE = /^(?!.*(\.test\.|\btesting\b)).*\.[jt]s$/

/** `root`: its top folder. */
export function installationAt(root: string) {
  const build = readBuild(join(root, 'build.json'))
  /** A file that is no program, or a folder of such: `installed('examples/strategies')`; without a path the top folder. */
  const installed = (path = '') => join(root, path)
  return {
    installed,

    programFile: (name: (typeof PROGRAM_FILES)[number]): URL =>
      pathToFileURL(join(root, `${name}${build === null ? '.ts' : '.js'}`)),

    /** All that a process has to read which is confined to code. */
    readableCode(): readonly string[] {
      if (build !== null) return [root]
      const { workspaces }: { workspaces: readonly string[] } = JSON.parse(
        readFileSync(join(root, 'package.json'), 'utf8'),
      )
      // The last is looked for, and is not there.
      return [...workspaces, 'examples', 'node_modules', 'package.json', 'build.json'].map(
        installed,
      )
    },

    /** The files of Keyside's own code, without its tests. */
    ownCode(): readonly string[] {
      const { workspaces }: { workspaces?: readonly string[] } = JSON.parse(
        readFileSync(join(root, 'package.json'), 'utf8'),
      )
      const folders = workspaces ?? readdirSync(root).filter((name) => !NO_CODE.includes(name))
      return folders
        .filter((name) => statSync(join(root, name)).isDirectory())
        .flatMap((name) => {
          const files = readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
          return files.filter((file) => OWN_CODE.test(file)).map((file) => join(root, name, file))
        })
    },

    /** Of all of it, as in package.json. */
    version: (): string => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,

    /** Null in a workspace, and where the build was told none. */
    releaseKey: (): string | null => build?.releaseKey ?? null,

    /** What `codeVersion` said of the code as it was built; null in a workspace. */
    builtVersion(of: string): string | null {
      if (build === null) return null
      const version = build.codeVersions[of]
      if (version === undefined) throw new Error(`build.json has no version of ${of}`)
      return version
    },
  }
}

/** This one. */
export const { installed, programFile, readableCode, ownCode, version, releaseKey, builtVersion } =
  installationAt(above(import.meta.dirname))

function above(folder: string): string {
  return existsSync(join(folder, 'cli', 'main.js')) ? folder : above(dirname(folder))
}

function readBuild(path: string): Build | null {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}
