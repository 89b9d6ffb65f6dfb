// What a service manager of a system is told, and how.
import { UP_MEMORY } from '@keyside/runtime'
import type { Network } from './network.ts'

/** What is started, for whom. All paths are absolute. */
export interface Started {
  readonly home: string
  /** Who runs it: the owner of the home. */
  readonly user: { readonly name: string; readonly home: string }
  readonly node: string
  /** The folder of this installation. */
  readonly code: string
  /** Whether the system hands over the passphrase of the vault. */
  readonly passphrase: 'credential' | 'none'
  /** What it reaches. */
  readonly network: Network
}

/** For what begins the programs: no debugger by signal, and little memory. */
export const NODE_FLAGS: readonly string[] = ['--disable-sigusr1', ...UP_MEMORY]

export type Words = readonly [program: string, ...words: string[]]

export interface SystemService {
  /** Tells the system what to start; written for its owner, and read by all. */
  readonly file: string
  readonly text: (started: Started) => string
  readonly encoding: 'utf8' | 'utf16le'
  /** The home that such a text starts; null where it names none. */
  readonly homeIn: (text: string) => string | null
  /** After the file was written; also where the service was there before. */
  readonly install: readonly Words[]
  readonly restart: readonly Words[]
  /** Before the file is taken away. */
  readonly remove: readonly Words[]
  /** After it. */
  readonly removed: readonly Words[]
  readonly status: Words
  /** Where the system keeps what the service says; null where it keeps nothing. */
  readonly logs: Words | null
}
