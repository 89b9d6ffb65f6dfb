// The licences of all libraries in the package, as their authors ask.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
})

/** One after the other, with name and version; the identifier alone where a library comes without the text. */
export function licences(root: string, names: readonly string[]): string {
  return names.map((name) => licence(join(root, 'node_modules', name))).join('\n')
}

function licence(folder: string): string {
  const { name, version, license } = manifest.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  )
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:\.|$)/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`
}
