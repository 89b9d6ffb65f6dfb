// Nothing is bought on a market where the portfolio and the exchange do not agree.

import { deny, type RiskInput, type Rule } from './rule.ts'

const WHY: Readonly<Record<RiskInput['comparison'], string>> = {
  agrees: '',
  not_yet:
    'has not been compared with the exchange yet: wait a minute, and look whether it answers',
  drift:
    'holds less at the exchange than the positions say: look at your trades there, then run "keyside journal adjust" at the device',
  reappeared:
    'has an order at the exchange that was over here: look at it there, then run "keyside journal adjust" at the device',
}

export const reconciled: Rule = {
  tag: 'recon.drift',
  check({ kind, order, comparison }) {
    if (kind !== 'entry' || comparison === 'agrees') return null
    return deny(this, `${order.market} ${WHY[comparison]}`)
  },
}
