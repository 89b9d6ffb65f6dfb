// The link to a broker, where there is none.
import { expect, test } from 'vitest'
import { type Link, openLink } from './link.ts'
import { createLog } from './log.ts'

function linkTo(url: string): Link {
  return openLink({
    url,
    clientId: 'device',
    token: 'x',
    subscribe: [],
    onMessage: () => undefined,
    log: createLog({ program: 'device', level: 'silent' }),
  })
}

test.each(['127.0.0.1:1883', 'http://127.0.0.1:1883', 'ws://127.0.0.1:8083', ''])(
  'does not try "%s", which is no address of a broker',
  (url) => {
    const refusal = {
      code: 'address_invalid',
      message: expect.stringMatching(/expected mqtt:\/\/host:port/),
    }
    expect(() => linkTo(url)).toThrow(expect.objectContaining(refusal))
  },
)

test('publishes nothing while there is no connection, and keeps nothing for later', async () => {
  const link = linkTo('mqtt://127.0.0.1:9')
  await expect(link.publish('keyside/v1/report/device', 'x')).rejects.toMatchObject({
    code: 'broker_unreachable',
  })
  expect(link.connected()).toBe(false)
  await link.close()
})
