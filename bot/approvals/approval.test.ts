// The way of an order past the trader: card, press, approval, result.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../store/open.ts'
import { approvalOf, type OrderStep, orderOf, stepOf } from '../testing/events.ts'
import {
  type BotFixture,
  OWNER,
  openFixture,
  presenceTaken,
  STRANGER,
  until,
} from '../testing/fixture.ts'
import { showCard } from './card.ts'

async function openCard(life = 60) {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  const expires = fixture.clock.now() / 1000 + life
  await fixture.device.report(approvalOf(order, expires))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  const caption = (text: string) =>
    chat.waitForMessage((message) => message.caption?.includes(text) === true)
  return { ...fixture, chat, order, expires, card, caption }
}

/** Lets whatever was set off come to an end: a command and its answer pass through everything. */
async function settle({ device }: BotFixture, chat: Awaited<ReturnType<BotFixture['claim']>>) {
  const asked = device.asked.length
  chat.sendText('/pause')
  await until(() => device.asked.length > asked)
}

test('a card shows the order with its chart and its buttons', async () => {
  const { card, expires } = await openCard()
  expect(card.photo).toMatchObject([{ width: 800, height: 600 }])
  const shown = card.caption?.split('\n') ?? []
  expect(shown.at(-1)).toMatch(
    new RegExp(`^⏳ Until ${clockAt(expires * 1000)} UTC, over \\d0 s left$`),
  )
  expect(shown.slice(0, -1).join('\n')).toBe(
    [
      "Buy 0.05 BTC for 3,205.03 USDT? May lose 55.03 USDT: worst case, at the stop's limit",
      'Now 64,050, at most 64,100.5',
      'Stop 63,000, 1.6 % below: about −52.5',
      'No BTC held yet',
      'Signal of ema-cross',
      'ema(12) crossed above ema(26); RSI 58',
    ].join('\n'),
  )
  const buttons = card.reply_markup?.inline_keyboard.flat() ?? []
  expect(buttons.map(({ text }) => text)).toEqual(['✅ Approve', '✂️ Less', '❓ Why?', '🚫 Decline'])
  expect(buttons.map(({ style }) => style)).toEqual(['success', undefined, undefined, 'danger'])
  for (const { callback_data } of buttons) expect(callback_data).toMatch(/^[\w-]{22}$/)
})

const clockAt = (ms: number) => new Date(ms).toISOString().slice(11, 19)

test('Approve sends one approval of exactly this order, and the card becomes its result', async () => {
  const { chat, card, device, order, told, caption } = await openCard()
  const toast = await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  expect(toast.text).toBe('Approved, sending…')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([
    { order: order.id, answer: 'approve', sub: 'telegram:1001' },
  ])
  await caption('Approved, sending')
  await device.report(stepOf(order, 'approved'))
  await device.report(stepOf(order, 'filled', { filled: '0.05', average: '64050.1' }))
  const result = await caption('Bought')
  expect(result.message_id).toBe(card.message_id)
  expect(result.reply_markup).toBeUndefined()
  expect(result.caption).toContain('Bought 0.05 BTC at 64,050.1 USDT, 3,202.51 USDT in all.')
  await until(() => told.length > 0)
  expect(told).toEqual([`notified ${order.signal}`])
  expect(device.approvals).toHaveLength(1)
})

test('an approval dies with its order', async () => {
  const { chat, card, device } = await openCard(12)
  chat.pressButton(card, '✅ Approve')
  await until(() => device.approvals.length === 1)
  const { iat = 0, exp = 0 } = device.approvals[0] ?? {}
  expect(exp - iat).toBeLessThanOrEqual(12)
})

test('Decline sends a decline, and the device has the last word', async () => {
  const { chat, card, device, order, caption } = await openCard()
  const toast = await chat.waitForAnswer(chat.pressButton(card, '🚫 Decline'))
  expect(toast.text).toBe('Declined')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([{ order: order.id, answer: 'decline' }])
  await device.report(stepOf(order, 'declined'))
  expect((await caption('Declined. Nothing was sent.')).reply_markup).toBeUndefined()
})

test.for<[OrderStep['status'], Partial<OrderStep>, string]>([
  ['rejected', { code: 'order_rejected', message: 'no money left' }, 'No money left.'],
  ['denied', { code: 'price.collar', message: 'the price moved <b>&' }, 'price moved <b>&'],
  ['expired', {}, 'Time is up, nothing was sent.'],
  ['unknown', {}, 'Do not place it again by hand.'],
  ['not_placed', {}, 'Never placed. Nothing was bought.'],
  ['canceled', { filled: '0.02', average: '64000' }, 'Bought 0.02 of 0.05 BTC at 64,000 USDT'],
])('the card of an order that ended %s says so', async ([status, change, text]) => {
  const { device, order, caption } = await openCard()
  await device.report(stepOf(order, status, change))
  expect((await caption(text)).reply_markup).toBeUndefined()
})

test('two presses of one card are one approval', async () => {
  const { chat, card, device, ...fixture } = await openCard()
  const queries = [chat.pressButton(card, '✅ Approve'), chat.pressButton(card, '🚫 Decline')]
  const toasts = await Promise.all(queries.map((query) => chat.waitForAnswer(query)))
  expect(toasts.map(({ text }) => text)).toEqual([
    'Approved, sending…',
    'You have answered this already.',
  ])
  await settle({ ...fixture, device }, chat)
  expect(device.approvals).toHaveLength(1)
  expect(refusedPresses(fixture)).toEqual(['used'])
})

/** Log lines of callbacks that matched no card. */
function refusedPresses({ log }: Pick<BotFixture, 'log'>): unknown[] {
  return log
    .map((line) => JSON.parse(line) as { code?: string; why?: string })
    .filter(({ code }) => code === 'callback_refused')
    .map(({ why }) => why)
}

test('silence sends nothing: at the end the card says so and has no buttons', async () => {
  const { chat, card, device, clock, caption } = await openCard()
  const [data = ''] =
    card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
  clock.advance(31_000)
  await caption('over 20 s left')
  clock.advance(30_000)
  const late = await caption('Time is up, nothing was sent.')
  expect(late.reply_markup).toBeUndefined()
  expect(() => chat.pressButton(card, '✅ Approve')).toThrow('no button')
  expect(data).not.toBe('')
  expect(device.approvals).toEqual([])
})

test('a card that nobody has answered rings once when it is over, as an answer to it, and one that was pressed does not', async () => {
  const missed = ({ chat }: Awaited<ReturnType<typeof openCard>>) =>
    chat.messages().filter(({ text = '' }) => text.startsWith('⌛ Missed'))
  const silent = await openCard()
  silent.clock.advance(61_000)
  await silent.caption('Time is up')
  const over = stepOf(silent.order, 'expired', { market: '64640' })
  await silent.device.report(over)
  await silent.device.report(over)
  await until(() => missed(silent).length > 0)
  await settle(silent, silent.chat)
  expect(missed(silent)).toMatchObject([
    {
      text: expect.stringContaining('risen'),
      reply_to_message: { message_id: silent.card.message_id },
    },
  ])
  const pressed = await openCard()
  pressed.chat.pressButton(pressed.card, '✅ Approve')
  await until(() => pressed.device.approvals.length === 1)
  await pressed.device.report(stepOf(pressed.order, 'expired'))
  await settle(pressed, pressed.chat)
  expect(missed(pressed)).toEqual([])
})

test.for([
  ['filled', 'Approved already, and filled.'],
  ['declined', 'Declined already: nothing was sent.'],
  ['denied', 'Your device refused it: the card says why. Nothing was sent.'],
  ['replaced', 'Another card has replaced this one, nothing was sent: answer that one.'],
] as const)(
  'a press on a card that ended %s says what became of its order',
  async ([status, text]) => {
    const { telegram, chat, card, device, order } = await openCard()
    const [data] = card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
    await device.report(stepOf(order, status, { filled: '0.05', average: '64000' }))
    await chat.waitForMessage(
      (message) => message.photo !== undefined && message.reply_markup === undefined,
    )
    telegram.inject({ callback_query: forged({ data, message_id: card.message_id }) })
    await until(() => answers(telegram).length > 0)
    expect(answers(telegram)).toEqual([text])
    expect(device.approvals).toEqual([])
  },
)

test('an order that is asked again has a new card, and the old one says so', async () => {
  const { chat, card, device, order, clock, caption } = await openCard()
  chat.pressButton(card, '✅ Approve')
  await until(() => device.approvals.length === 1)
  await device.report(stepOf(order, 'approved'))
  const code = 'approval_replaced'
  await device.report(stepOf(order, 'replaced', { code, message: 'the price has moved' }))
  const again = orderOf(8, {
    signal: order.signal,
    price: '64500',
    clientOrderId: order.clientOrderId,
  })
  await device.report(approvalOf(again, clock.now() / 1000 + 40))
  const old = await caption('The price moved.')
  expect(old.message_id).toBe(card.message_id)
  expect(old.reply_markup).toBeUndefined()
  const next = await caption('at most 64,500')
  expect(next.message_id).not.toBe(card.message_id)
  chat.pressButton(next, '✅ Approve')
  await until(() => device.approvals.length === 2)
  expect(device.approvals.map((one) => one.order)).toEqual([order.id, again.id])
})

test('a press that comes late is told so and changes nothing', async () => {
  const { telegram, card, device, clock, caption } = await openCard()
  const [data] = card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
  clock.advance(61_000)
  await caption('Time is up')
  telegram.inject({ callback_query: forged({ data, message_id: card.message_id }) })
  await until(() => answers(telegram).length > 0)
  expect(answers(telegram)).toEqual(['Too late: the time to answer is over. Nothing was sent.'])
  expect(device.approvals).toEqual([])
})

function forged({
  from = OWNER,
  chat = OWNER,
  type = 'private',
  ...press
}: {
  data?: string | undefined
  message_id: number
  from?: number
  chat?: number
  type?: string
}) {
  return {
    id: '77',
    from: { id: from, is_bot: false, first_name: 'Mallory' },
    chat_instance: '1',
    data: press.data,
    message: { message_id: press.message_id, date: 1, chat: { id: chat, type }, text: 'x' },
  }
}

function answers(telegram: BotFixture['telegram']) {
  return telegram.calls
    .filter(({ method }) => method === 'answerCallbackQuery')
    .map(({ payload }) => payload['text'])
}

test.for([
  ['of another message', { message_id: 9999 }],
  ['with data that was never offered', { data: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ['with 65 bytes of data', { data: 'A'.repeat(65) }],
  ['without data', { data: undefined }],
  ['of another user in a chat of their own', { from: STRANGER, chat: STRANGER }],
  ['of another user in the chat of the owner', { from: STRANGER }],
  ['in a group', { chat: -500, type: 'supergroup' }],
] as const)('a forged press %s approves nothing', async ([_, change]) => {
  const { telegram, chat, card, device, ...fixture } = await openCard()
  const [data] = card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
  telegram.inject({ callback_query: forged({ data, message_id: card.message_id, ...change }) })
  await settle({ ...fixture, telegram, device }, chat)
  expect(device.approvals).toEqual([])
  const current = chat.messages().find(({ message_id }) => message_id === card.message_id)
  expect(current?.reply_markup, 'the card still waits').toBeDefined()
})

test('a true press repeated by Telegram is taken once', async () => {
  const { telegram, chat, card, device, ...fixture } = await openCard()
  const [data] = card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
  const callback_query = forged({ data, message_id: card.message_id })
  telegram.inject({ update_id: 5000, callback_query })
  telegram.inject({ update_id: 5000, callback_query })
  await settle({ ...fixture, telegram, device }, chat)
  await until(() => device.approvals.length === 1)
})

test('a card waits through a restart of the bot', async () => {
  const fixture = await openFixture()
  const first = await fixture.start()
  await until(() => fixture.codes.length > 0)
  const chat = fixture.telegram.chat(OWNER)
  chat.sendText(`/start ${fixture.codes[0]}`)
  await chat.waitForMessage(({ text }) => text?.includes('yours') === true)
  const order = orderOf(7)
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 60))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  await first.stop()
  chat.pressButton(card, '✅ Approve')
  await fixture.start()
  await until(() => fixture.device.approvals.length === 1)
  expect(fixture.device.approvals).toMatchObject([{ order: order.id, answer: 'approve' }])
  expect(fixture.codes, 'an owned bot shows no code').toHaveLength(1)
})

test('an answer that was being sent when the bot stopped is asked for again after the restart', async () => {
  const deaf = await deafBroker()
  const fixture = await openFixture({ broker: deaf.url })
  const { chat, bot } = await fixture.claimed()
  putCard(fixture)
  fixture.clock.advance(1000)
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  const [old] = card.reply_markup?.inline_keyboard.flat().map((one) => one.callback_data) ?? []
  chat.pressButton(card, '✅ Approve')
  await chat.waitForMessage(({ caption }) => caption?.includes('Approved, sending') === true)
  await bot.stop()
  await fixture.start()
  const again = await chat.waitForMessage(
    ({ caption }) => caption?.includes('I was restarted while sending your answer.') === true,
  )
  const offered = again.reply_markup?.inline_keyboard.flat() ?? []
  expect(offered.map(({ text }) => text)).toContain('✅ Approve')
  expect(offered.map((one) => one.callback_data)).not.toContain(old)
  const toast = await chat.waitForAnswer(chat.pressButton(again, '✅ Approve'))
  expect(toast.text).toBe('Approved, sending…')
})

test('an answer that cannot reach the device is not sent, and the card waits with new buttons', async () => {
  const { telegram, chat, card, device, caption, log, home } = await openCard()
  await device.presence('offline')
  await presenceTaken({ home }, 'offline')
  const toast = await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  expect(toast.text).toBe('Your device cannot be reached. Nothing was sent; try again.')
  const again = await caption('your answer was not sent')
  expect(device.approvals).toEqual([])
  expect(log.join('')).toContain('approval_not_sent')
  await device.presence('online')
  await presenceTaken({ home }, 'online')
  const dead = card.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? ''
  telegram.inject({ callback_query: forged({ data: dead, message_id: card.message_id }) })
  await until(() =>
    answers(telegram).some((text) => String(text).startsWith('This button is no longer valid')),
  )
  expect(device.approvals, 'the old nonce is gone').toEqual([])
  chat.pressButton(again, '✅ Approve')
  await until(() => device.approvals.length === 1)
})

test('an answer without an echo is called unconfirmed, asked again when it is dead, and closed at the end', async () => {
  const { chat, card, device, clock, caption } = await openCard(600)
  chat.pressButton(card, '✅ Approve')
  await until(() => device.approvals.length === 1)
  await caption('Approved, sending')
  clock.advance(5_500)
  expect((await caption('Unconfirmed.')).reply_markup).toBeUndefined()
  clock.advance(60_000)
  // Messages go out in order: what comes after a changed card has been sent after it.
  chat.sendText('/help')
  await chat.waitForMessage(({ text }) => text?.includes('From here you can') === true)
  expect((await caption('Unconfirmed.')).reply_markup, 'it may still count').toBeUndefined()
  clock.advance(5_000)
  const again = await caption('it counts no more. Press again.')
  chat.pressButton(again, '🚫 Decline')
  await until(() => device.approvals.length === 2)
  clock.advance(621_000)
  expect((await caption('Unconfirmed.')).reply_markup).toBeUndefined()
})

test('a broker that takes the answer and says nothing leaves no card at "sending"', async () => {
  const deaf = await deafBroker()
  const fixture = await openFixture({ broker: deaf.url })
  const chat = await fixture.claim()
  putCard(fixture)
  fixture.clock.advance(1000)
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  const toast = await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  expect(toast.text).toBe('Approved, sending…')
  await until(() => deaf.heard.some((packet) => packet.includes('keyside/v1/command/device')))
  fixture.clock.advance(5_500)
  const doubtful = await chat.waitForMessage(
    ({ caption }) => caption?.includes('Unconfirmed.') === true,
  )
  expect(doubtful.reply_markup, 'it may have been sent').toBeUndefined()
})

/** Straight into the store: what no broker brought, or no device would send. */
function putCard({ home, clock }: BotFixture, change: Parameters<typeof approvalOf>[2] = {}): void {
  const store = openStore(join(home, 'bot.db'))
  const needed = approvalOf(orderOf(7), clock.now() / 1000 + 60, change)
  const owner = { user: OWNER, chat: OWNER }
  const context = { store, randomBytes: systemRandomBytes, owner, device: 'north' }
  showCard({ ...context, now: clock.now() }, needed)
  store.close()
}

test('a chart that cannot be drawn costs the trader no card', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const beyondAnyDate = 1e14
  putCard(fixture, {
    candles: [1, 2, 3, 4, 5].map((at) => [beyondAnyDate + at, '1', '1', '1', '1']),
  })
  fixture.clock.advance(1000)
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  expect(card.photo).toBeUndefined()
  expect(card.text).toContain('Buy 0.05 BTC for')
  expect(fixture.log.join('')).toContain('"code":"chart_failed"')
})

/** Accepts the bot's connection and receives everything, but acknowledges no message. */
async function deafBroker() {
  const heard: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (packet: Buffer) => {
      heard.push(packet)
      // CONNECT is answered by CONNACK, SUBSCRIBE by a SUBACK with its packet id.
      if (packet[0] === 0x10) socket.write(Buffer.from([0x20, 2, 0, 0]))
      if (packet[0] === 0x82)
        socket.write(Buffer.from([0x90, 3, packet[2] ?? 0, packet[3] ?? 0, 1]))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `mqtt://127.0.0.1:${port}`, heard }
}

test('a card with the longest of everything still fits a caption', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const huge = '999999999999.999999999999'
  const market = 'ABCDEFGHIJKLMNOP/ABCDEFGHIJKLMNOP'
  const order = orderOf(7, {
    market,
    amount: huge,
    price: huge,
    value: huge,
    stream: `${'p'.repeat(32)}/${'s'.repeat(32)}`,
  })
  const reason = '&'.repeat(500)
  const again = { times: 6, why: 'price', price: huge, value: huge, risk: huge } as const
  const level = { price: huge, percent: '33.333333333333' }
  const exits = {
    takeProfits: [level, level, level, level, level],
    trailingStop: { percent: '33.333333333333', from: huge },
    breakEven: huge,
    maxHold: 31_536_000,
  }
  const held = { amount: huge, cost: huge, streams: 64 }
  const more = { allocation: '0.000000000001', held, exits, signalled: { market, price: huge } }
  const code = 'needed' as const
  const change = { market: huge, stop: huge, risk: huge, reason, again, ...more, code }
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 60, change))
  await chat.waitForMessage(({ caption }) => caption?.includes(' left') === true)
  await fixture.device.report(stepOf(order, 'unknown', { code: 'order_unknown', message: reason }))
  await chat.waitForMessage(({ caption }) => caption?.includes('by hand') === true)
  expect(fixture.log.join('')).not.toContain('telegram_message_refused')
})

test('an approval that arrives after its end shows no card', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 - 1))
  await settle(fixture, chat)
  expect(chat.messages().filter(({ photo }) => photo !== undefined)).toEqual([])
})
