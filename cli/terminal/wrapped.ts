// Long lines at a terminal: broken between words, since the terminal itself would break them within one.

/** Under less than this a column of text cannot be read. */
const MIN_COLUMNS = 20

/** Before a line that is quoted as it stands, such as one of a strategy with a caret under its mistake. */
const QUOTED = '    '

/** Lines that go on are indented to where their text begins, or its last column. `columns`: undefined without a terminal. */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < MIN_COLUMNS) return text
  return text
    .split('\n')
    .map((line) => (isLeft(line, columns) ? line : wrappedLine(line, columns)))
    .join('\n')
}

function isLeft(line: string, columns: number): boolean {
  return line.length <= columns || line.startsWith(QUOTED)
}

function wrappedLine(line: string, columns: number): string {
  const indent = ' '.repeat(textBegins(line, columns))
  const [first = '', ...words] = line.slice(indent.length).split(' ')
  const lines = [`${line.slice(0, indent.length)}${first}`]
  for (const word of words) {
    const last = `${lines.at(-1)} ${word}`
    if (last.length <= columns) lines[lines.length - 1] = last
    else lines.push(`${indent}${word}`)
  }
  return lines.join('\n')
}

function textBegins(line: string, columns: number): number {
  const gaps = [...line.slice(0, columns - MIN_COLUMNS).matchAll(/(?:^|\S) {2,}(?=\S)/g)]
  const last = gaps.at(-1)
  const begin = last === undefined ? 0 : last.index + last[0].length
  return begin + (line.startsWith('- ', begin) ? 2 : 0)
}
