// Every command with every kind of word behind it, and every button that then stands there, through unmodified grammY: what
// is asked of Telegram for it deviates in nothing from the official list (the fixture looks at each request at the end).
import { expect, test } from 'vitest'
import { type ChatDeps, commandNames } from './chat-handlers.ts'
import { answersAt } from './testing/answers.ts'
import { approvalOf, orderOf } from './testing/events.ts'
import { type BotFixture, openFixture, until } from './testing/fixture.ts'

/** Nothing, a part of a position, a number, a setting, and too much of letters that are none of these. */
const WORDS = ['', 'eth half', '41', 'day 1000', `<b>&amp;" 币安 🙂 ${'x'.repeat(3000)}`]

/** A chat takes one message a second: the clock is turned by so much until all is out. */
async function settled({ telegram, clock }: BotFixture): Promise<void> {
  for (let quiet = 0, calls = -1; quiet < 5; ) {
    clock.advance(1000)
    await new Promise((resolve) => setTimeout(resolve, 4))
    const now = telegram.calls.filter(({ method }) => method !== 'getUpdates').length
    quiet = now === calls ? quiet + 1 : 0
    calls = now
  }
}

test('whatever is written or pressed, Telegram is asked for nothing that it does not know', async () => {
  const fixture = await openFixture()
  const { device, clock, telegram } = fixture
  const chat = await fixture.claim()
  const answers = () => answersAt(clock.now() / 1000)
  device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay'
      ? null
      : { type: 'answer', to: jti, answer: answers()[instruction.do] }
  // Only their names are asked for.
  const names = [...commandNames({} as unknown as ChatDeps), 'help', 'start', 'unknown']
  expect(names.length).toBeGreaterThan(20)
  const card = approvalOf(orderOf(1), clock.now() / 1000 + 86_400)
  await device.report(card)
  const pressed = new Set<string>()
  const unpressed = () =>
    chat
      .messages()
      .flatMap(({ message_id, reply_markup }) =>
        (reply_markup?.inline_keyboard.flat() ?? []).map(({ text, callback_data: data }) => ({
          message_id,
          text,
          data: data ?? '',
        })),
      )
      .findLast(({ text }) => !pressed.has(text))
  for (const [at, word] of WORDS.entries()) {
    for (const name of names) chat.sendText(`/${name} ${word}`.trim())
    await until(() => telegram.calls.some(({ method }) => method === 'sendMessage'))
    await settled(fixture)
    // One of each kind, wherever it stands; what it leads to as well.
    for (let next = unpressed(); next !== undefined; next = unpressed()) {
      pressed.add(next.text)
      chat.pressButton(next, next.data)
      await settled(fixture)
    }
    // Each is answered.
    const all = names.length * (at + 1) * 2
    await until(() => {
      clock.advance(1000)
      return chat.messages().length > all
    })
  }
  expect(pressed.size).toBeGreaterThan(10)
  const methods = new Set(telegram.calls.map(({ method }) => method))
  expect([...methods]).toEqual(
    expect.arrayContaining(['sendMessage', 'sendPhoto', 'editMessageText', 'answerCallbackQuery']),
  )
  // What was sent and not answered in time is looked for by editing what may be it: on a busy machine that happens.
  const refused = telegram.calls.filter(
    ({ outcome, reason = '' }) => outcome === 'refused' && !reason.includes("can't be edited"),
  )
  expect(refused).toEqual([])
})
