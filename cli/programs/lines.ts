// The lines of a stream, as they come. Node's `readline` does it too, with twenty modules for terminals.
import type { Readable } from 'node:stream'

/** The last one counts without its end. */
export function onLines(stream: Readable, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  })
  stream.on('end', () => {
    if (rest !== '') take(rest)
  })
}
