// Which walls stand around the programs of a home, on this machine: tried, in a process with the flags of each.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Environment, programFile } from '@keyside/runtime'
import { z } from 'zod'
import { CORE_FILTER } from './core-dumps.ts'
import type { Program } from './program-names.ts'
import { walledCommand } from './walled-command.ts'

const TIMEOUT_MS = 20_000
const found = z.object({ walls: z.number(), open: z.array(z.string()) })

/** What is open on purpose, as it is told. */
const ON_PURPOSE: Partial<Record<Program, Readonly<Record<string, string>>>> = {
  broker: { listening: 'listens' },
}

/** One sentence. Throws, with what does not stand, where that is not on purpose. */
export async function wallsReport(
  home: string,
  programs: readonly Program[],
  environment: Environment,
): Promise<string> {
  const all = await Promise.all(programs.map((program) => probe(program, home, environment)))
  const missing = all.flatMap(({ program, open }) => {
    const others = open.filter((wall) => ON_PURPOSE[program]?.[wall] === undefined)
    return others.length === 0 ? [] : [`${program}: ${others.join(', ')}`]
  })
  if (missing.length > 0)
    throw new Error(
      `no wall keeps these off: ${missing.join('; ')}. Run it with Node 26, with which it was tested (npm ci brings it to the source); without walls, code that gets into one package can do what you can`,
    )
  const purposes = all.flatMap(({ program, open }) =>
    open.map((wall) => `${program} ${ON_PURPOSE[program]?.[wall]}`),
  )
  const count = Math.max(...all.map(({ walls }) => walls))
  const around = `${count} stand around ${programs.join(', ')}`
  return [
    purposes.length === 0
      ? around
      : `${around}, open where they have to be: ${purposes.join(', ')}`,
    dumps(),
  ].join('; ')
}

async function probe(program: Program, home: string, environment: Environment) {
  const { words, env } = walledCommand(program, home, environment)
  const script = fileURLToPath(programFile('cli/programs/probe-walls'))
  // Started in place of the program.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...words.slice(0, -2), script, home],
    { env: { ...env }, timeout: TIMEOUT_MS },
  )
  return { program, ...found.parse(JSON.parse(stdout)) }
}

/** Programs inherit it from their parent, as from this process. */
function dumps(): string {
  try {
    const kept = Number.parseInt(readFileSync(CORE_FILTER, 'utf8'), 16)
    return kept === 0 ? 'a crash dump holds no memory' : 'a crash dump may hold secrets'
  } catch {
    return 'whether this system writes crash dumps is not known here: see ulimit -c'
  }
}
