// keyside update: whether a release is what it says. It installs nothing: a person does that.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { KeysideError, readBytes, readText } from '@keyside/runtime'
import { releaseKey, version } from '@keyside/runtime/installation'
import type { Command } from 'commander'
import { print } from '../terminal/print.ts'
import { compareVersions, digestOf, type Release, readRelease } from '../update/release.ts'

export function addUpdate(program: Command): void {
  program
    .command('update')
    .description('whether a release is what it says; installs nothing')
    .command('check')
    .argument('<file>', 'the signed manifest, which ends in .release.json')
    .description('verify a manifest, and the files that lie beside it')
    .option('--key <key>', 'the public key of releases, where this installation came with none')
    .addHelpText('after', '\nExample:\n  keyside update check keyside-0.2.0.release.json')
    .action((file: string, options: { key?: string }) => {
      const manifest = readText(file)
      const key = options.key ?? releaseKey()
      if (key === null)
        throw new KeysideError(
          'release_key_missing',
          'this installation came without the key that signs releases: name the one that the project publishes, with --key',
        )
      const release = readRelease(manifest, key)
      for (const one of release.files) checkFile(one, dirname(file))
      print(saidOf(release, version(), dirname(file)))
    })
}

function checkFile({ name, sha512 }: Release['files'][number], folder: string): void {
  const path = join(folder, name)
  if (!existsSync(path))
    throw new KeysideError(
      'release_file_missing',
      `the manifest speaks of ${name}, which is not beside it: put it there, and check again`,
    )
  if (digestOf(readBytes(path)) === sha512) return
  throw new KeysideError(
    'release_file_differs',
    `${name} is not the file that was signed: do not install it; fetch it anew, and check again`,
  )
}

/** The step names the very file that was checked: one of the same name may lie where the person is. */
function saidOf(release: Release, here: string, folder: string): string {
  const date = new Date(release.at * 1_000).toISOString().slice(0, 10)
  const difference = compareVersions(release.version, here)
  const [first = { name: '' }] = release.files
  const step =
    difference < 0
      ? `It is OLDER than this one, ${here}: going back brings faults back that were mended since.`
      : difference === 0
        ? `It is the version that runs here.`
        : `This is ${here}. To install it: npm install -g ${forShell(resolve(folder, first.name))}, then keyside service restart or a new keyside up.`
  return `Keyside ${release.version} of ${date}: the signature is good, and so is every file.\n${step}`
}

function forShell(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path}"`
}
