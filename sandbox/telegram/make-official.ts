// Writes official/bot-api.json anew: of the Bot API's methods those that this sandbox speaks, each parameter and every type that
// one of them is made of. `npm run official -- SPEC.json`, where SPEC.json has the facts of
// https://core.telegram.org/bots/api in the form { version, methods: { name: { parameter: { types, required } } }, types }.
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { METHODS } from './methods.ts'

const fields = z.record(z.string(), z.object({ types: z.array(z.string()), required: z.boolean() }))
const spec = z.object({
  version: z.string(),
  methods: z.record(z.string(), fields),
  types: z.record(z.string(), z.union([z.object({ oneOf: z.array(z.string()) }), fields])),
})

type Spec = z.infer<typeof spec>

/** "Array of Array of InlineKeyboardButton" is made of InlineKeyboardButton. */
function innermost(type: string): string {
  return type.replaceAll('Array of ', '')
}

function typesOf(one: Spec['types'][string] | undefined): readonly string[] {
  if (one === undefined) return []
  if ('oneOf' in one && Array.isArray(one.oneOf)) return one.oneOf
  return Object.values(one as z.infer<typeof fields>).flatMap(({ types }) => types.map(innermost))
}

/** What the given types are made of, themselves included, to the last level. */
function reach(types: Spec['types'], from: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const open = [...from]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || types[name] === undefined) continue
    found.add(name)
    open.push(...typesOf(types[name]))
  }
  return found
}

function write({ version, methods, types }: Spec): string {
  const spoken = [...METHODS.keys()].sort()
  const named = spoken.map((name) => {
    const parameters = methods[name]
    if (parameters === undefined) throw new Error(`the list has no method ${name}`)
    return [name, parameters] as const
  })
  const from = named.flatMap(([, parameters]) =>
    Object.values(parameters).flatMap((one) => one.types.map(innermost)),
  )
  const kept = [...reach(types, from)].sort().map((name) => [name, types[name]] as const)
  const list = {
    version,
    methods: Object.fromEntries(named.map(([name, all]) => [name, compact(all)])),
    types: Object.fromEntries(kept.map(([name, one]) => [name, compact(one)])),
  }
  return `${JSON.stringify(list, null, 2)}\n`
}

/** A field's types, with "!" before them where it is required: "!Integer | String". Of several types: their names. */
function compact(one: Spec['types'][string] | undefined) {
  if (one === undefined) return {}
  if ('oneOf' in one && Array.isArray(one.oneOf)) return one.oneOf
  return Object.fromEntries(
    Object.entries(one as z.infer<typeof fields>).map(([name, { types, required }]) => [
      name,
      `${required ? '!' : ''}${types.join(' | ')}`,
    ]),
  )
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('say which file has the facts')
const text = write(spec.parse(JSON.parse(readFileSync(file, 'utf8'))))
writeFileSync(new URL('./official/bot-api.json', import.meta.url), text)
