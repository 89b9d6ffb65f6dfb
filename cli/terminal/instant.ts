// An instant as an argument: 2024-01-01.
import { instantOf } from '@keyside/strategy-engine/data'
import { InvalidArgumentError } from 'commander'

/** Unix seconds; UTC where no zone is named. */
export function instant(text: string): number {
  const at = text.includes('-') ? instantOf(text) : null
  if (at !== null) return at
  throw new InvalidArgumentError('expected a time such as 2024-01-01 or 2024-01-01T12:30, in UTC')
}
