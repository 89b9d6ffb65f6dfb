// Commands from the chat. Each one only reads or makes trading safer; `resume` undoes a pause and nothing else.
import type { Answer, Command } from '@keyside/protocol'
import { type DecisionContext, emit, report } from '../execution/context.ts'
import { pause, resume } from '../execution/pauses.ts'
import { setTrading } from '../execution/trading-state.ts'
import { positionsAnswer, statusAnswer, weightsOf } from './answers.ts'
import { cancel } from './cancel.ts'
import { close } from './close.ts'
import { deduplicate } from './deduplicate.ts'
import { drawdownNow, limitsAnswer } from './limits.ts'
import { priceAlertsAnswer, removePriceAlert, setPriceAlert } from './price-alerts.ts'
import { protect } from './protect.ts'
import { summaryNow } from './summary.ts'
import { policyAnswer, requestLoosening, tighten } from './tighten.ts'
import { whyAnswer } from './why.ts'

export function onCommand(context: DecisionContext, claims: Command): undefined {
  const { instruction, jti: to, sub: by } = claims
  if (deduplicate(context, claims, instruction.do) !== 'taken') return
  const answer = (content: Answer) => report(context, { type: 'answer', to, answer: content })
  switch (instruction.do) {
    case 'status':
      return answer(statusAnswer(context))
    case 'balance':
      return emit(context, { type: 'balances', to, weights: weightsOf(context) })
    case 'positions':
      return answer(positionsAnswer(context))
    case 'limits':
      return answer(limitsAnswer(context))
    case 'why':
      return answer(whyAnswer(context, instruction))
    case 'policy':
      return answer(policyAnswer(context))
    case 'tighten':
      return answer(tighten(context, instruction, by))
    case 'request_loosening':
      return answer(requestLoosening(context, instruction, by))
    case 'orders':
    case 'trades':
    case 'trade':
    case 'results':
    case 'explain':
      return emit(context, { type: 'rows', to, ask: instruction, drawdown: drawdownNow(context) })
    case 'summary': {
      const [since, until] = [instruction.since * 1000, instruction.until * 1000]
      const { currency } = context.environment.policy
      return emit(context, {
        type: 'summary',
        to,
        since,
        until,
        currency,
        now: summaryNow(context),
      })
    }
    case 'pause':
      return answer(pause(context, instruction, by))
    case 'resume':
      return answer(resume(context, instruction, by))
    case 'close':
      return answer(close(context, instruction))
    case 'protect':
      return answer(protect(context, instruction))
    case 'cancel':
      return answer(cancel(context, instruction, by))
    case 'halt':
      setTrading(context, 'halted', by, instruction.positions)
      return answer({ about: 'done' })
    case 'price_alert':
      return setPriceAlert(context, instruction, { to, by })
    case 'price_alerts':
      return answer(priceAlertsAnswer(context))
    case 'remove_price_alert':
      return answer(removePriceAlert(context, instruction.number, by))
    case 'replay':
      return emit(context, { type: 'replay', after: instruction.after })
  }
}
