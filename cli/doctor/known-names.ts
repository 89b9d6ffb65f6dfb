// Single words that say nothing about anybody: Keyside's own, and those of every system.
import { constants } from 'node:os'
import { AUTHORITY_CODES } from '@keyside/authority'
import { BOT_CODES } from '@keyside/bot'
import { BROKER_CODES } from '@keyside/broker'
import {
  EXCHANGE_CODES,
  EXECUTOR_CODES,
  KEYCHAIN_CODES,
  PAPER,
  PLAN_CODES,
  POLICY_CODES,
  REJECTION_CODES,
  RULES,
  VENUE_NAMES,
} from '@keyside/executor'
import {
  ENROLL_CODES,
  INVITATION_CODES,
  KEY_CODES,
  KEYSET_CODES,
  VERIFY_CODES,
} from '@keyside/protocol'
import { RUNTIME_CODES } from '@keyside/runtime'
import { ENGINE_CODES } from '@keyside/strategy-engine'
import { PROGRAMS } from '../programs/program-names.ts'
import { WALL_NAMES } from '../programs/wall-names.ts'
import { CLI_CODES } from '../terminal/codes.ts'

/** Every code of docs/errors.md. */
export const CODES: ReadonlySet<string> = new Set([
  ...VERIFY_CODES,
  ...KEY_CODES,
  ...KEYSET_CODES,
  ...ENROLL_CODES,
  ...INVITATION_CODES,
  ...RUNTIME_CODES,
  ...BROKER_CODES,
  ...AUTHORITY_CODES,
  ...ENGINE_CODES,
  ...EXECUTOR_CODES,
  ...EXCHANGE_CODES,
  ...REJECTION_CODES,
  ...KEYCHAIN_CODES,
  ...POLICY_CODES,
  ...PLAN_CODES,
  ...BOT_CODES,
  ...CLI_CODES,
])

/** And the rules of the policy. */
const REFUSALS: ReadonlySet<string> = new Set([...CODES, ...RULES.map(({ tag }) => tag)])

/** Of JavaScript and of SQLite's driver. */
const ERRORS = [
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AggregateError',
  'AbortError',
  'TimeoutError',
  'KeysideError',
  'ERR_SQLITE_ERROR',
  'ERR_ACCESS_DENIED',
  'EAI_AGAIN',
  'ENOTFOUND',
]

export const NAMES: ReadonlySet<string> = new Set([
  ...REFUSALS,
  ...ERRORS,
  ...Object.keys(constants.errno),
  ...Object.keys(constants.signals),
  ...PROGRAMS,
  ...WALL_NAMES.flatMap((name) => name.split(' ')),
  ...VENUE_NAMES,
  PAPER,
])

export function shownCode(code: string): string {
  return REFUSALS.has(code) ? code : 'one that Keyside does not know'
}
