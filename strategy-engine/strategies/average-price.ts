// The average price of what was bought in several parts.
import type { Size } from './file/strategy.ts'

export class AveragePrice {
  /** In quote and base, or in any unit that is as large for all parts. */
  cost = 0
  bought = 0

  buy(price: number, { unit, value }: Size): void {
    const amount = Number(value)
    this.cost += unit === 'base' ? amount * price : amount
    this.bought += unit === 'base' ? amount : amount / price
  }

  get value(): number {
    return this.cost / this.bought
  }

  clear(): void {
    this.cost = 0
    this.bought = 0
  }
}
