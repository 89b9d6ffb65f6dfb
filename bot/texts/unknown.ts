// The answer to an unknown command: suggests the command whose subject the words name.

import { type Html, html, lines } from './html.ts'
import { visible } from './visible.ts'

const UNKNOWN = html`I do not know that one. /help shows what you can ask.`

/** Checked and tried as it stands by whoever sends it back. */
export const RULE_EXAMPLE = html`<pre>name: mine
market: ETH/USDT
timeframe: 1h
enter: rsi(14) &lt; 30
exit: rsi(14) &gt; 70
size: 10 %
stop: 3 %</pre>`

const MEANT: readonly (readonly [RegExp, Html])[] = [
  [
    /\bun-?(?:halt|stop)\w*/,
    html`Only the device can end a halt, so <b>nothing has changed</b>: run <code>keyside unhalt</code> there. /resume ends a pause.`,
  ],
  [
    /\b(?:sell|sold)\b/,
    html`That did not sell anything. /close sells a position, /closeall all that is held, and both ask first; /trades shows the last sales.`,
  ],
  [
    /\b(?:win|won|lose|lost|profits?|loss|losses|gains?|money|earn\w*)\b/,
    html`/profit shows what sales have brought, and /positions how it stands with what is held.`,
  ],
  [
    /\b(?:buy|enter)\b/,
    lines(
      html`That did not buy anything: buying takes a rule. Send me one like this, and I try it on a year of candles first:`,
      RULE_EXAMPLE,
    ),
  ],
  [
    /\b(?:rules?|strateg(?:y|ies))\b/,
    lines(
      html`A rule looks like this. Send me one, and I try it on a year of candles first:`,
      RULE_EXAMPLE,
    ),
  ],
]

/** The answer to a message that is no command. */
export function unknownText(message: string): Html {
  const plain = visible(message.normalize('NFKC')).toLowerCase()
  return MEANT.find(([words]) => words.test(plain))?.[1] ?? UNKNOWN
}
