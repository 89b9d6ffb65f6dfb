// What each refusal of Telegram makes of the message: it waits, is sent anew, or is given up.
import { GrammyError } from 'grammy'
import { expect, test } from 'vitest'
import { classifySendError } from './telegram-errors.ts'

const refused = (error_code: number, description: string) =>
  new GrammyError('refused', { ok: false, error_code, description }, 'editMessageText', {})

test.each([
  [403, 'Forbidden: bot was blocked by the user', 'wait'],
  // After Telegram, or the bot, has begun anew: a card that counts its seconds would be given up again and again.
  [400, 'Bad Request: chat not found', 'wait'],
  [400, "Bad Request: message can't be edited", 'gone'],
  [400, 'Bad Request: message to edit not found', 'gone'],
  [400, 'Bad Request: message is not modified', 'done'],
  [400, "Bad Request: can't parse entities", 'drop'],
] as const)('%i %s: %s', (code, description, outcome) => {
  expect(classifySendError(refused(code, description), 1).outcome).toBe(outcome)
})
