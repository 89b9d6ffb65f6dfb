// The name an order has at the exchange: the same for the same decision, and not to be guessed without the device's salt.
import { createHmac } from 'node:crypto'

/** 32 lower-case hex digits: fits Binance, Bybit, OKX (32 alphanumeric at most) and Kraken. */
export function clientOrderId(salt: Uint8Array, decision: string, leg: string): string {
  return createHmac('sha256', salt).update(`${decision}|${leg}`).digest('hex').slice(0, 32)
}
