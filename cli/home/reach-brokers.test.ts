// What subscribers meet at the addresses of a provider, as its doctor sees it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { ownCertificate } from '@keyside/broker'
import { freePort, systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { makeProviderHome } from './make-provider-home.ts'
import { reachAddresses } from './reach-brokers.ts'

test('a certificate that the keyset does not name is told, and an address that is not reached is no fault', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-addresses-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [home, port] = [join(folder, 'own'), await freePort()]
  const parts = { clock: systemClock, randomBytes: systemRandomBytes, strategies: [] }
  const passphrase = 'correct horse battery'
  const place = { host: '127.0.0.1', port }
  await makeProviderHome({ ...parts, ...place, home, provider: 'northwind', passphrase })
  expect(await reachAddresses(home)).toBe(`mqtts://127.0.0.1:${port} is not reached from here`)
  /** With the key and certificate of this folder. */
  const serve = async (of: string) => {
    const { certFile, keyFile } = ownCertificate(of)
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) })
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
    expect((server.address() as AddressInfo).port).toBe(port)
    return () => new Promise((closed) => server.close(closed))
  }
  const stop = await serve(join(home, 'broker'))
  expect(await reachAddresses(home)).toBe(`mqtts://127.0.0.1:${port} is what the keyset says`)
  await stop()
  const stopOther = await serve(join(folder, 'other'))
  onTestFinished(async () => void (await stopOther()))
  await expect(reachAddresses(home)).rejects.toThrow(/no subscriber connects .* has another key/)
})
