// ccxt.pro's Binance and nothing of its other exchanges.
import type ccxt from 'ccxt'

/**
 * ccxt exports one module with more than a hundred exchanges, which takes 0.6 s of CPU and 150 MB at each start. The
 * classes lie beside that module; the version is pinned exactly.
 */
async function load<T>(path: string): Promise<T> {
  return import(new URL(path, import.meta.resolve('ccxt')).href)
}

const { default: binance } = await load<{ default: typeof ccxt.pro.binance }>(
  './src/pro/binance.js',
)
const errors = await load<Pick<typeof ccxt, 'BadSymbol'>>('./src/base/errors.js')

export const ProBinance = binance
export const BadSymbol = errors.BadSymbol
