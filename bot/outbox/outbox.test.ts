// Whatever Telegram does, a message arrives, and the token goes nowhere.
import { expect, test } from 'vitest'
import { BOT_TOKEN, openRig, until } from '../rig-for-tests.ts'

test.for([
  ['500', 'telegram_unreachable', 1001],
  ['reset', 'telegram_unreachable', 1001],
  ['html-502', 'telegram_unreachable', 1001],
  ['429', 'telegram_limited', 7001],
  ['401', 'telegram_token_refused', 30_001],
] as const)('a message survives %s, and the log says %s', async ([name, code, wait]) => {
  const rig = await openRig()
  const chat = await rig.claim()
  rig.telegram.faults.arm({ name, method: 'sendMessage', retryAfter: 7 })
  await rig.device.report({ type: 'notice', level: 'info', code: 'hello', message: 'hello' })
  await until(() => rig.log.some((line) => line.includes(code)))
  expect(chat.messages().some(({ text }) => text?.includes('hello'))).toBe(false)
  rig.clock.advance(wait)
  await chat.waitForMessage(({ text }) => text?.includes('hello') === true)
  const said = [...rig.log, ...rig.device.tokens].join('\n')
  expect(said).not.toContain(BOT_TOKEN)
  expect(said).not.toContain(BOT_TOKEN.split(':')[1])
})
