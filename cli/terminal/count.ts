// How many, as an argument.
import { InvalidArgumentError } from 'commander'

/** 1 to 9999. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected 1 to 9999')
  return Number(text)
}
