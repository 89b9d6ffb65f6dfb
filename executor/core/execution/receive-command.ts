// What the trader asks from the chat. Everything here tightens or looks; only `resume` undoes, and only a pause.
import type { Answer, Command, TradingState } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { positionsAnswer, statusAnswer, weightsOf } from './answers.ts'
import { ask, report, type Turn } from './context.ts'
import { takeOnce } from './deduplicate.ts'
import { setTrading } from './trading-state.ts'

export function onCommand(turn: Turn, claims: Command): undefined {
  const { instruction, jti: to, sub: by } = claims
  if (takeOnce(turn, claims, instruction.do) !== 'taken') return
  const answer = (content: Answer) => report(turn, { type: 'answer', to, answer: content })
  switch (instruction.do) {
    case 'status':
      return answer(statusAnswer(turn))
    case 'balance':
      return ask(turn, { type: 'balances', to, weights: weightsOf(turn) })
    case 'positions':
      return answer(positionsAnswer(turn))
    case 'orders':
    case 'trades':
      return ask(turn, { type: 'rows', to, about: instruction.do, limit: instruction.limit })
    case 'pause':
      return answer(change(turn, 'paused', by))
    case 'resume':
      return answer(change(turn, 'running', by))
    case 'halt':
      setTrading(turn, 'halted', by, instruction.positions)
      return answer({ about: 'done' })
    case 'replay':
      return ask(turn, { type: 'replay', after: instruction.after })
  }
}

function change(turn: Turn, state: TradingState, by: string): Answer {
  if (turn.book.trading === 'halted') {
    const code = 'halted_at_terminal_only'
    return { about: 'refused', code, message: sentenceOf(code) }
  }
  setTrading(turn, state, by)
  return { about: 'done' }
}
