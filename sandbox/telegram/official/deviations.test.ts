// What deviates from the official list is named, at whatever depth; what does not is not.
import { expect, test } from 'vitest'
import { deviations } from './deviations.ts'

const json = (method: string, fields: Record<string, unknown>) =>
  deviations(method, { fields, encoding: 'json', files: [] })
const base = { chat_id: 1001, text: 'x' }
const keyboard = (button: unknown) => ({ reply_markup: { inline_keyboard: [[button]] } })

test.for<[string, string, Record<string, unknown>, string[]]>([
  ['all in order', 'sendMessage', { ...base, ...keyboard({ text: 'a', callback_data: 'b' }) }, []],
  ['a chat by its name', 'sendMessage', { ...base, chat_id: '@keyside' }, []],
  [
    'a misspelt parameter',
    'sendMessage',
    { ...base, parse_moed: 'HTML' },
    ['unknown parameter "parse_moed"'],
  ],
  ['a missing parameter', 'sendMessage', { chat_id: 1 }, ['missing parameter "text"']],
  [
    'a number as text',
    'deleteMessage',
    { chat_id: 1, message_id: '7' },
    ['parameter "message_id" is no Integer'],
  ],
  [
    'a word for yes',
    'sendMessage',
    { ...base, disable_notification: 'yes' },
    ['parameter "disable_notification" is no Boolean'],
  ],
  [
    'a misspelt key of a button',
    'sendMessage',
    { ...base, ...keyboard({ text: 'a', callbackData: 'b' }) },
    ['unknown parameter "reply_markup.inline_keyboard.0.0.callbackData"'],
  ],
  [
    'a button without words',
    'sendMessage',
    { ...base, ...keyboard({ callback_data: 'b' }) },
    ['missing parameter "reply_markup.inline_keyboard.0.0.text"'],
  ],
  [
    'a style that is a number, three levels down',
    'sendMessage',
    { ...base, ...keyboard({ text: 'a', callback_data: 'b', style: 2 }) },
    ['parameter "reply_markup.inline_keyboard.0.0.style" is no String'],
  ],
  [
    'a row that is no list',
    'sendMessage',
    { ...base, reply_markup: { inline_keyboard: [{ text: 'a' }] } },
    ['parameter "reply_markup.inline_keyboard.0" is no Array of InlineKeyboardButton'],
  ],
  [
    'a reply to a message by its text',
    'sendMessage',
    { ...base, reply_parameters: { message_id: '7', allow_sending_without_reply: true } },
    ['parameter "reply_parameters.message_id" is no Integer'],
  ],
  [
    'a user within an entity',
    'sendMessage',
    {
      ...base,
      entities: [
        {
          type: 'text_mention',
          offset: 0,
          length: 1,
          user: { id: 1, is_bot: 'no', first_name: 'A' },
        },
      ],
    },
    ['parameter "entities.0.user.is_bot" is no Boolean'],
  ],
  [
    'a command without its description',
    'setMyCommands',
    { commands: [{ command: 'halt' }], scope: { type: 'default' } },
    ['missing parameter "commands.0.description"'],
  ],
  ['what no list knows', 'sendTelepathy', { to: 1 }, []],
])('%s', ([_, method, fields, expected]) => {
  expect(json(method, fields)).toEqual(expected)
})

test('a form says in JSON what is no text, and names its files', () => {
  const form = (fields: Record<string, string>, files: string[] = []) =>
    deviations('sendPhoto', { fields, encoding: 'form', files })
  const reply_markup = JSON.stringify({ inline_keyboard: [[{ text: 'a', callback_data: 'b' }]] })
  expect(form({ chat_id: '1', photo: 'attach://a', reply_markup }, ['a'])).toEqual([])
  expect(form({ chat_id: '1' }, ['photo'])).toEqual([])
  expect(form({ chat_id: '1' }, ['foto'])).toEqual([
    'missing parameter "photo"',
    'unknown parameter "foto"',
  ])
  expect(form({ chat_id: '1', photo: 'x', has_spoiler: 'perhaps' })).toEqual([
    'parameter "has_spoiler" is no Boolean',
  ])
})
