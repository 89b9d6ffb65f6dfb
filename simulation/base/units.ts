// Money as whole numbers, so that the judge does not share the executor's arithmetic.

/** Base currency in 1e-8, prices in 0.01 of quote, values in 1e-10 of quote: all far below 2^53 here. */
export const AMOUNT_PLACES = 8
export const PRICE_PLACES = 2
export const VALUE_PLACES = AMOUNT_PLACES + PRICE_PLACES

/** Throws a RangeError for what does not fit into so many places. */
function units(text: string, places: number): number {
  const [whole = '', part = ''] = text.split('.')
  const digits = `${whole}${part.padEnd(places, '0').slice(0, places)}`
  if (/[1-9]/.test(part.slice(places)) || !/^\d+$/.test(digits))
    throw new RangeError(`${text} does not fit into ${places} places`)
  return Number(digits)
}

export function decimal(count: number, places: number): string {
  const digits = String(count).padStart(places + 1, '0')
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`
  return text.replace(/\.?0+$/, '')
}

export const amountUnits = (text: string) => units(text, AMOUNT_PLACES)
export const priceUnits = (text: string) => units(text, PRICE_PLACES)
export const valueUnits = (text: string) => units(text, VALUE_PLACES)
