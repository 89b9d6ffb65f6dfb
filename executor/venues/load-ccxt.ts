// Loads ccxt's Binance and nothing of its other exchanges.
import type ccxt from 'ccxt'

export type BinanceApi = InstanceType<typeof ccxt.binance>

/**
 * ccxt exports one module with more than a hundred exchanges: 360 ms and 150 MB. The class lies beside that module
 * and takes 100 ms and 85 MB, which matters on a small always-on device. The version is pinned exactly.
 */
export async function loadBinance(): Promise<new (config: object) => BinanceApi> {
  const file = new URL('./src/binance.js', import.meta.resolve('ccxt'))
  const module: { default: new (config: object) => BinanceApi } = await import(file.href)
  return module.default
}
