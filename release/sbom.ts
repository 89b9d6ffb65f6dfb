// What is in the package, for programs that look for known faults (CycloneDX): npm's own list of the workspace, less what is not
// in the package, under the package's name.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  purl: z.string(),
  hashes: z.array(z.unknown()).default([]),
  licenses: z.array(z.unknown()).default([]),
})
const list = z.looseObject({
  metadata: z.looseObject({ component }),
  components: z.array(component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

const manifest = z.object({ version: z.string(), license: z.string() })

/** Of the libraries with these names, in the versions of the lockfile. Throws where one of them or its hash is not known. */
export function sbom(root: string, names: readonly string[]): object {
  // Of all: without the tools npm leaves out what a tool needs too, such as zod and yaml.
  const words = ['sbom', '--sbom-format', 'cyclonedx']
  const said = list.parse(JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' })))
  const inside = new Set(names)
  const components = said.components
    .filter((one) => inside.has(one.name))
    .map((one) =>
      one.licenses.length > 0 ? one : { ...one, licenses: [licenceOf(root, one.name)] },
    )
  const known = new Set(
    components.filter(({ hashes }) => hashes.length > 0).map(({ name }) => name),
  )
  const unknown = [...inside].filter((name) => !known.has(name))
  if (unknown.length > 0) throw new Error(`npm sbom has no hash of ${unknown.join(', ')}`)
  const { version } = manifest.parse(readJson(join(root, 'package.json')))
  const own = `keyside@${version}`
  const refs = new Set(components.map((one) => one['bom-ref']))
  const dependencies = said.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) }))
  return {
    ...said,
    metadata: {
      ...said.metadata,
      component: {
        ...said.metadata.component,
        'bom-ref': own,
        type: 'application',
        name: 'keyside',
        purl: `pkg:npm/${own}`,
        properties: [],
      },
    },
    components,
    dependencies: [{ ref: own, dependsOn: [...refs] }, ...dependencies],
  }
}

/** In the library's own words: it is none of the known ones. */
function licenceOf(root: string, name: string) {
  const { license } = manifest.parse(readJson(join(root, 'node_modules', name, 'package.json')))
  return { license: { name: license } }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
