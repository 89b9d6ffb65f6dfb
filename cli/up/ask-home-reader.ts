// What `keyside up` has to know of its home. To find it out takes parsers, schemas and the code of signing keys, which would
// stay in memory for as long as the home runs: a process of its own, the home reader, has them, and ends with its answer.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { KeysideError, programFile } from '@keyside/runtime/base'
import type { Command } from '../programs/children.ts'
import type { Program, Service } from '../programs/program-names.ts'
import { environment } from '../terminal/config.ts'

export interface HomeFacts {
  readonly programs: readonly Program[]
  /** Beside the home's own. */
  readonly accounts: readonly { readonly name: string; readonly home: string }[]
  /** The name of the home's own, where there are others. */
  readonly ownAccount?: string
  /** The command with which each program is started now. */
  readonly commands: Readonly<Record<Service, Command>>
  /** Whether a person has to type the passphrase of the vaults. */
  readonly passphrase: 'typed' | 'not asked'
  /** Whether this home makes the access tokens of its programs: they are new now, and are to be each day. */
  readonly tokens: 'renewed' | 'given'
  /** Where the device's bot runs. */
  readonly bot: 'here' | 'elsewhere'
}

/** By the word that the reader is asked with. */
interface Answers extends Record<Service, Command> {
  /** At the begin. */
  readonly facts: HomeFacts
  readonly renew: null
}

export type Answer<Asked extends keyof Answers = keyof Answers> =
  | { readonly answer: Answers[Asked] }
  | { readonly refused: { readonly code: string; readonly message: string } }

const TIMEOUT_MS = 60_000
/** Characters. */
const MOST = 10_000_000

/** Of the home in the environment. Rejects with what the reader refuses, and with what it said where it broke. */
export async function askHomeReader<Asked extends keyof Answers>(
  asked: Asked,
): Promise<Answers[Asked]> {
  const said: Answer<Asked> = JSON.parse(await runHomeReader(asked))
  if ('refused' in said) throw new KeysideError(said.refused.code, said.refused.message)
  return said.answer
}

/** Happens for example while an update replaces files. The message is one line for the log; the cause holds all of it. */
function broken(error: Error, said: string): Error {
  const [why = error.message.split('\n')[0]] = /^\w*Error\b.*$/m.exec(said) ?? []
  return new Error(`what it needs was not found out: ${why}`, { cause: error })
}

function runHomeReader(asked: string): Promise<string> {
  const words = ['--disable-sigusr1', fileURLToPath(programFile('cli/up/home-reader')), asked]
  const options = { env: environment, timeout: TIMEOUT_MS, maxBuffer: MOST }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(broken(error, stderr)),
    )
  })
}
