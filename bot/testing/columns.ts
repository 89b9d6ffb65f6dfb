// Which lines in letters of one width a phone of 360 px would break.
import { COLUMNS } from '../texts/table.ts'

/** Of Telegram's HTML. */
export function tooWide(html: string): string[] {
  return [...html.matchAll(/<pre>(.*?)<\/pre>/gs)]
    .flatMap(([, block = '']) => block.replaceAll(/<[^>]+>/g, '').split('\n'))
    .map((line) => line.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
    .filter((line) => [...line].length > COLUMNS)
}
