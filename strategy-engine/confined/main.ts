// The process in which the code of one strategy file runs. It can read the code of Keyside and nothing else: it has no
// key, no network, no other process. It is asked, and answers.
import { KeysideError } from '@keyside/runtime/error'
import { Realm, withEnd } from '../strategies/typescript/realm.ts'
import type { Answer, Question } from './questions.ts'

let realm: Realm | null = null

process.on('message', (message: { readonly id: number; readonly question: Question }) => {
  const { id, question } = message
  process.send?.({ id, ...answered(question) })
})
process.once('disconnect', () => process.exit())

function answered(question: Question): { answer: Answer } | { failed: string; code: string } {
  try {
    return { answer: withEnd(() => answer(question)) }
  } catch (error) {
    const known = error instanceof KeysideError
    const code = known ? error.code : 'strategy_failed'
    return { code, failed: known ? error.message : 'the strategy broke the realm that it runs in' }
  }
}

function answer(question: Question): Answer {
  if (question.is === 'load') {
    realm = new Realm(question.file, question.text, question.limits)
    return { declaration: realm.declaration }
  }
  if (realm === null) throw new Error('asked before it was loaded')
  const { is } = question
  if (is === 'build') return realm.build(question.about)
  if (is === 'learn') {
    for (const [values, closed] of question.candles)
      realm.enter(question.at, values.map(known), closed)
    return {}
  }
  return decided(realm, question)
}

function decided(realm: Realm, question: Extract<Question, { is: 'ask' }>): Answer {
  const { at, values, closed, held } = question
  const enters = realm.enter(at, values.map(known), closed)
  const entry =
    enters === 1 ? { reason: realm.reason(at), stop: realm.stop(at), part: realm.part(at) } : null
  const leaves = held === null ? 0 : realm.exit(at, ...held)
  return { entry, exit: leaves === 1 ? realm.reason(at) : null }
}

/** JSON has no NaN. */
function known(value: number | null): number {
  return value ?? Number.NaN
}
