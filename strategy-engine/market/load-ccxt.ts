// One exchange of ccxt.pro and nothing of its others.
import { existsSync } from 'node:fs'
import type ccxt from 'ccxt'

export type LiveCcxt = InstanceType<typeof ccxt.Exchange>
type CcxtClass = { new (config: object): LiveCcxt; readonly prototype: object }

/** ccxt exports one module with more than a hundred exchanges: 0.6 s of CPU and 150 MB. The version is pinned exactly. */
function fileOf(path: string): URL {
  return new URL(`./src/${path}.js`, import.meta.resolve('ccxt'))
}

/** Whether ccxt knows an exchange of that name, such as `okx`, or `myokx` for a regional one. */
export function isKnown(id: string): boolean {
  return /^[a-z0-9]+$/.test(id) && existsSync(fileOf(id))
}

/** With live candles where ccxt has any; otherwise they are asked for. */
export async function loadCcxt(id: string): Promise<CcxtClass> {
  const live = fileOf(`pro/${id}`)
  const file = existsSync(live) ? live : fileOf(id)
  const module: { default: CcxtClass } = await import(file.href)
  // It would look for libraries of proxies before its first request, and load what it finds: the way is another's to say.
  Object.assign(module.default.prototype, { loadProxyModules: async () => undefined })
  return module.default
}
