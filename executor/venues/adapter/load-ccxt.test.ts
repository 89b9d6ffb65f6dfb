import { expect, test } from 'vitest'
import { loadCcxt } from './load-ccxt.ts'

test('looks for no library of proxies: it goes the way that it is given', async () => {
  const ccxt = new (await loadCcxt('okx'))({})
  await ccxt.loadProxyModules()
  expect(ccxt.socksProxyAgentModule).toBeUndefined()
  expect(ccxt.httpsProxyAgentModule).toBeUndefined()
})
