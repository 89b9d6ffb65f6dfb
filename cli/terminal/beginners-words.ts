// What whoever sets up a device reads of the risk, in lines that a terminal shows whole.
import { RISK } from '@keyside/runtime'

const COLUMNS = 100

export function beginnersWords(): readonly string[] {
  const lines: string[] = []
  for (const word of RISK.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < COLUMNS)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
