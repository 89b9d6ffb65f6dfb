// Words that are no command: where they ask for something that there is, what that is called.

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
    html`A halt ends at the device alone, so <b>nothing has changed</b>: <code>keyside unhalt</code>. /resume ends a pause.`,
  ],
  [
    /\b(?:sell|sold)\b/,
    html`Nothing is sold by that. /close sells a position, /closeall all that is held, and both ask first; /trades shows the last sales.`,
  ],
  [
    /\b(?:win|won|lose|lost|profits?|loss|losses|gains?|money|earn\w*)\b/,
    html`/profit shows what sales have brought, and /positions how it stands with what is held.`,
  ],
  [
    /\b(?:buy|rules?|strateg(?:y|ies)|enter)\b/,
    lines(
      html`Nothing is bought by a word from here. A rule that buys has lines like these, and I try one that you send:`,
      RULE_EXAMPLE,
    ),
  ],
]

/** The answer to a message that is no command. */
export function unknownText(message: string): Html {
  const plain = visible(message.normalize('NFKC')).toLowerCase()
  return MEANT.find(([words]) => words.test(plain))?.[1] ?? UNKNOWN
}
