// Undoes what phones change in a typed text: curly quotation marks, dashes and special spaces.

/** Characters that never occur in a rule, each with the one that it stands for. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[...'\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033'].map((sign): [string, string] => [sign, '"']),
  ...[...'\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u00b4'].map((sign): [string, string] => [
    sign,
    "'",
  ]),
  ...[...'\u2010\u2011\u2012\u2013\u2014\u2015\u2212'].map((sign): [string, string] => [sign, '-']),
  ['\u2026', '...'],
  ['\u00d7', '*'],
  ['\u2264', '<='],
  ['\u2265', '>='],
])

/** Lines end in line feeds; a fence of a code block around all of it is taken off. */
export function plainText(message: string): string {
  const lines = message
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    // Every other space is one as well: no-break, narrow, ideographic, a tab.
    .replace(/[\t\p{Zs}]/gu, ' ')
    .replace(/[^\P{C}\n]/gu, '')
    .replace(/[^ -~\n]/gu, (sign) => SIGNS.get(sign) ?? sign)
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .split('\n')
    .map((line) => line.trimEnd())
  const isFence = (line: string | undefined) => /^```\w*$/.test(line ?? '')
  if (lines.length > 2 && isFence(lines[0]) && isFence(lines.at(-1)))
    return lines.slice(1, -1).join('\n')
  return lines.join('\n')
}
