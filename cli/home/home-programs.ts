// The programs that may speak for a stream of this home's engine: each with a key, an access token and a folder of its own.
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { intentTopic, resultTopic } from '@keyside/protocol'
import {
  KeysideError,
  loadConfig,
  makeSigningKey,
  readSigningKey,
  writePrivate,
} from '@keyside/runtime'
import { engineConfig, type ListedProgram, readPrograms } from '@keyside/strategy-engine'
import { environment } from '../terminal/config.ts'
import { FILES } from './home-files.ts'
import {
  issueProgramToken,
  PROGRAMS_FOLDER,
  programClient,
  type TokenParts,
} from './home-tokens.ts'

export interface NewProgram {
  readonly program: string
  readonly stream: string
  readonly market: string
  readonly plan?: string
}

/** As the engine reads them. Throws `config_missing`, and `programs_broken`. */
export function programsOfHome(home: string): readonly ListedProgram[] {
  return readPrograms(listFile(home))
}

/** The program's folder, with all it needs: key, access token, and `program.json` with the rest. */
export function addProgram(parts: TokenParts, { program, stream, market, plan }: NewProgram) {
  const { home, randomBytes } = parts
  const { provider, broker, signingKeyFile } = engineOf(home)
  const before = programsOfHome(home)
  const taken = before.find((one) => one.program === program || one.stream === stream)
  if (taken !== undefined)
    throw new KeysideError(
      'program_exists',
      `the program "${taken.program}" speaks for the stream "${taken.stream}" already: choose another name and stream, or remove it first with "keyside program remove ${taken.program}"`,
    )
  const authority = readSigningKey(join(home, FILES.authorityKey))
  const engine = readSigningKey(resolve(home, signingKeyFile)).publicKey
  const folder = join(home, PROGRAMS_FOLDER, program)
  // What a removal that was interrupted left behind.
  rmSync(folder, { recursive: true, force: true })
  const key = makeSigningKey(join(folder, 'program.key'), randomBytes).publicKey
  issueProgramToken(parts, { authority, provider, program, stream })
  const facts = {
    program,
    provider,
    stream,
    market,
    client: programClient(program),
    broker: broker.url,
    intents: intentTopic(provider, stream),
    results: resultTopic(provider, stream),
    engine,
  }
  writePrivate(join(folder, 'program.json'), `${JSON.stringify(facts, null, 2)}\n`)
  // The last: from now on the engine goes by it.
  write(home, [...before, { program, key, stream, market, ...(plan !== undefined && { plan }) }])
  return { folder, provider, key }
}

/** Throws `program_unknown`. */
export function programOfHome(home: string, program: string): ListedProgram {
  const found = programsOfHome(home).find((one) => one.program === program)
  if (found !== undefined) return found
  throw new KeysideError(
    'program_unknown',
    `there is no program "${program}": "keyside program list" shows them`,
  )
}

/** Its key counts no more, and its folder is gone. Throws `program_unknown`. */
export function removeProgram(home: string, program: string): ListedProgram {
  const removed = programOfHome(home, program)
  write(
    home,
    programsOfHome(home).filter((one) => one.program !== program),
  )
  rmSync(join(home, PROGRAMS_FOLDER, program), { recursive: true, force: true })
  return removed
}

export function hasFolder(home: string, program: string): boolean {
  return existsSync(join(home, PROGRAMS_FOLDER, program))
}

function write(home: string, programs: readonly ListedProgram[]): void {
  writePrivate(listFile(home), `${JSON.stringify(programs, null, 2)}\n`)
}

function listFile(home: string): string {
  return resolve(home, engineOf(home).programs)
}

function engineOf(home: string) {
  return loadConfig('engine', engineConfig, home, environment)
}
