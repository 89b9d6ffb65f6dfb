// Whatever anybody sends, nothing is done but what the owner asks for, each once, and the bot goes on.
import { expect, test } from 'vitest'
import { approvalOf, orderOf } from './testing/events.ts'
import { OWNER, openFixture, until } from './testing/fixture.ts'
import { updateDrawer } from './testing/random-updates.ts'

/** `npm run updates -- --count 10000` sets more, and other seeds. */
const COUNT = Number(process.env['KEYSIDE_UPDATES'] ?? 400)
const SEED = Number(process.env['KEYSIDE_SEED'] ?? 1)
const CARDS = 3
/** As many as Telegram gives to one poll. */
const ROUND = 100

const TELLS = new Set(['sendMessage', 'sendPhoto', 'editMessageText', 'editMessageCaption'])

test(`of ${COUNT} random updates those of the owner are done, each once, and no other`, async () => {
  const fixture = await openFixture()
  const { telegram, device, clock, log } = fixture
  const chat = await fixture.claim()
  device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay' ? null : { type: 'answer', to: jti, answer: { about: 'done' } }
  for (let at = 1; at <= CARDS; at += 1)
    await device.report(
      approvalOf(orderOf(at), clock.now() / 1000 + 86_400, { candles: [], timeframe: '1d' }),
    )
  const cards = () => chat.messages().filter(({ reply_markup }) => reply_markup !== undefined)
  await until(() => cards().length === CARDS)
  const buttons = cards().flatMap(({ message_id, reply_markup }) =>
    (reply_markup?.inline_keyboard.flat() ?? []).map(({ callback_data = '' }) => {
      return { data: callback_data, message: message_id }
    }),
  )
  const draw = updateDrawer({ seed: SEED, now: clock.now(), buttons })
  const allowed: string[] = []
  const told = () => device.commands.filter(({ instruction }) => instruction.do !== 'replay')
  const done = () => told().map(({ instruction }) => named(instruction))
  for (let at = 0; at < COUNT; at += 1) {
    const { raw, allows } = draw()
    telegram.inject(raw)
    if (allows !== null) allowed.push(allows)
    if ((at + 1) % ROUND !== 0 && at + 1 < COUNT) continue
    chat.sendText(`/trade ${1_000_000 + at}`)
    allowed.push(`trade ${1_000_000 + at}`)
    await until(() => told().length >= allowed.length)
  }
  expect(done().toSorted()).toEqual(allowed.toSorted())
  expect(new Set(told().map(({ sub }) => sub))).toEqual(new Set([`telegram:${OWNER}`]))
  expect(device.approvals).toEqual([])
  const chats = telegram.calls.flatMap(({ method, payload }) =>
    TELLS.has(method) ? [payload['chat_id']] : [],
  )
  expect(new Set(chats)).toEqual(new Set([OWNER]))
  // A press that nobody made cannot be answered.
  const failed = log.filter((line) => line.includes('handler_failed'))
  expect(failed.filter((line) => !line.includes('answerCallbackQuery'))).toEqual([])
  // The owner's own press still counts, once, and so does a halt.
  const [card] = cards()
  if (card === undefined) throw new Error('the cards are gone')
  chat.pressButton(card, '✅ Approve')
  chat.sendText('halt')
  await until(() => device.approvals.length === 1)
  await until(() => device.asked.includes('halt'))
  expect(done().length).toBe(allowed.length + 1)
})

function named(instruction: object): string {
  const { do: name, what = '', number = '' } = instruction as Record<string, string>
  return `${name} ${what}${number}`.trim()
}
