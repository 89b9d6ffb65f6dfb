// How the paper account counts, and what its one account is called in the venue.
import { decimals } from '@keyside/venue'

export const math = decimals()
export const ACCOUNT = 'paper'
