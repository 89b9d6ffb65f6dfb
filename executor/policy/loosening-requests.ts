// What the chat asks for that allows more: it waits here for somebody at the terminal, who accepts or drops it.
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { addToYaml, KeysideError, setInYaml, writePrivate } from '@keyside/runtime'
import type { LooseningEnded } from '../core/execution/inputs.ts'
import { sentenceOf } from '../core/model/codes.ts'
import { timeOf } from '../core/model/moment.ts'
import type { LooseningRequest } from '../core/model/tightenings.ts'
import { changeable } from '../core/risk/policy/one-setting.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { tightened } from '../core/risk/policy/tighten.ts'
import { fromChat } from '../journal/from-chat.ts'
import { loadPolicy } from './load.ts'
import {
  acceptPolicy,
  type PolicyFiles,
  type PolicyState,
  policyStateOf,
  readPolicyText,
  withDatabase,
} from './policy-file.ts'

export interface NumberedRequest extends LooseningRequest {
  readonly number: number
}

/** Those that nobody here has answered, oldest first. */
export function waitingRequests(files: PolicyFiles): readonly NumberedRequest[] {
  return withDatabase(files, (db) => {
    const answered = new Set(looseningAnswers(db).map(({ number }) => number))
    return Object.entries(fromChat(db).requests.waiting)
      .map(([number, request]) => ({ ...request, number: Number(number) }))
      .filter(({ number }) => !answered.has(number))
      .toSorted((a, b) => a.number - b.number)
  })
}

/**
 * What accepting it would make of the policy, and the file that says so: with the request, and with what the chat has
 * lowered since, so that nothing else is loosened by the way. Throws a KeysideError `loosening_request_unknown`, `loosening_request_unwritable` or
 * what `policyState` throws.
 */
export function policyWithLoosening(
  files: PolicyFiles,
  number: number,
  now: number,
): { readonly text: string; readonly state: PolicyState } {
  const request = waitingRequests(files).find((one) => one.number === number)
  if (request === undefined)
    throw new KeysideError('loosening_request_unknown', sentenceOf('loosening_request_unknown'))
  const before = readPolicyText(files)
  const { inForce } = policyStateOf(files, before, now)
  const lowered = inForce === null ? before : withLowered(before, inForce, request.setting)
  const text = lowered === null ? null : written(lowered, request)
  if (text === null)
    throw new KeysideError(
      'loosening_request_unwritable',
      sentenceOf('loosening_request_unwritable'),
    )
  return { text, state: policyStateOf(files, text, now) }
}

/** Writes the file and accepts it as `acceptPolicy` does, waiting time included. */
export function acceptLoosening(files: PolicyFiles, number: number, now: number): PolicyState {
  const { text } = policyWithLoosening(files, number, now)
  writePrivate(resolve(files.home, files.policy ?? 'policy.yaml'), text)
  const state = acceptPolicy(files, now)
  const detail = state.state === 'waits' ? `from ${timeOf(state.waiting?.due ?? now)}` : ''
  answer(files, { number, how: 'accepted', detail })
  return state
}

/** Throws a KeysideError `loosening_request_unknown`. */
export function dropLoosening(files: PolicyFiles, number: number): void {
  if (!waitingRequests(files).some((one) => one.number === number))
    throw new KeysideError('loosening_request_unknown', sentenceOf('loosening_request_unknown'))
  answer(files, { number, how: 'dropped', detail: '' })
}

/** For the executor, which tells the chat. Beside the events of the journal: only the executor adds to those. */
export function looseningAnswers(db: DatabaseSync): readonly LooseningEnded[] {
  const row = db.prepare("SELECT value FROM kept WHERE name = 'requests'").get()
  return row === undefined ? [] : (JSON.parse(String(row['value'])) as readonly LooseningEnded[])
}

const ANSWERS_KEPT = 20

function answer(files: PolicyFiles, ended: LooseningEnded): void {
  withDatabase(files, (db) => {
    const all = JSON.stringify([...looseningAnswers(db), ended].slice(-ANSWERS_KEPT))
    db.prepare("INSERT OR REPLACE INTO kept VALUES ('requests', ?)").run(all)
  })
}

/** The file with each setting that is tighter in force than it says. */
function withLowered(text: string, inForce: Policy, except: string): string | null {
  return changeable(inForce).reduce<string | null>((before, { setting, to }) => {
    const loaded = before === null ? null : loadPolicy(before)
    if (before === null || loaded === null || setting === except) return before
    if (!loaded.ok || tightened(loaded.policy, setting, to) === null) return before
    return setInYaml(before, pathOf(setting), to)
  }, text)
}

function written(text: string, { setting, to }: LooseningRequest): string | null {
  const market = /^markets\.(.+)$/.exec(setting)?.[1]
  if (market !== undefined) return addToYaml(text, ['markets'], [market])
  const [, stream, key] = OF_STREAM.exec(setting) ?? []
  const isNew =
    stream !== undefined && setInYaml(text, ['streams', stream, 'allocation'], '1') === null
  if (isNew) return addToYaml(text, ['streams'], [`${stream}: { ${key}: ${to} }`])
  return setInYaml(text, pathOf(setting), to)
}

const OF_STREAM = /^streams\.(.+)\.(\w+)$/

function pathOf(setting: string): readonly string[] {
  const [, stream, key] = OF_STREAM.exec(setting) ?? []
  return stream === undefined || key === undefined ? setting.split('.') : ['streams', stream, key]
}
