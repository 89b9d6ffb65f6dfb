// Loads ccxt's class of one venue and nothing of its others.
import { rebaseUrls } from '@keyside/runtime'
import type ccxt from 'ccxt'

export type CcxtExchange = InstanceType<typeof ccxt.Exchange>
type CcxtClass = { new (config: object): CcxtExchange; readonly prototype: object }

/**
 * ccxt exports one module with more than a hundred exchanges: 360 ms and 150 MB. The class lies beside that module
 * and takes 100 ms and 85 MB, which matters on a small always-on device. The version is pinned exactly.
 */
export async function loadCcxt(id: string): Promise<CcxtClass> {
  const file = new URL(`./src/${id}.js`, import.meta.resolve('ccxt'))
  const module: { default: CcxtClass } = await import(file.href)
  // It would look for libraries of proxies before its first request, and load what it finds: the way is another's to say.
  Object.assign(module.default.prototype, { loadProxyModules: async () => undefined })
  return module.default
}

/** Every question goes to this address instead of the venue's usual ones. */
export function moveTo(ccxt: CcxtExchange, address: string): void {
  const api = rebaseUrls(ccxt.urls['api'] as Parameters<typeof rebaseUrls>[0], address)
  ccxt.urls = { ...ccxt.urls, api }
}
