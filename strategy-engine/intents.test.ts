// A program's intents on a real broker, with a real engine: signed as any signal of its stream, or refused and told why.
import { DatabaseSync } from 'node:sqlite'
import { GENESIS, hashText, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { T0, until } from './testing/fixture.ts'
import { listed, PROGRAM_KEY, STREAM, startWithProgram, writePrograms } from './testing/program.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

const refused = (code: string, words = '') =>
  expect.objectContaining({ do: 'refused', code, message: expect.stringContaining(words) })

/** Of the outbox, whatever the engine remembers. */
function stored(home: string): unknown[] {
  using database = new DatabaseSync(`${home}/engine/engine.db`, { readOnly: true })
  return database.prepare('SELECT stream, seq FROM signals ORDER BY stream, seq').all()
}

test('an intent becomes the next signal of its stream, and the program is told its number and name', async () => {
  const { claims, exit, send, messages, row, clock } = await startWithProgram()
  const exits = {
    takeProfits: [{ price: '104', percent: '50' }],
    trailingStop: { percent: '1.5' },
    breakEven: '1',
    maxHold: 3_600,
  }
  const entered = await send(claims({ ...exits, validFor: 90 }))
  await until(() => messages('signal').length === 1)
  const [signal] = messages('signal')
  const now = clock.now() / 1000
  expect(signal?.claims).toMatchObject({
    ...exits,
    plan: STREAM,
    sub: STREAM,
    seq: 1,
    prev: GENESIS,
    kind: 'entry',
    side: 'buy',
    type: 'market',
    market: 'BTC/USDT',
    size: { unit: 'percent', value: '10' },
    stopPrice: '97',
    referencePrice: '100',
    reason: 'p(up) 0.71',
    validUntil: now + 90,
  })
  expect(entered).toEqual({ do: 'accepted', seq: 1, signal: signal?.claims.jti })
  await until(() => row(STREAM)?.[3] === 'long')
  const left = await send(exit())
  await until(() => messages('signal').length === 2)
  expect(messages('signal')[1]?.claims).toMatchObject({
    seq: 2,
    prev: signal?.hash,
    kind: 'exit',
    side: 'sell',
  })
  expect(left).toMatchObject({ do: 'accepted', seq: 2 })
  await until(() => row(STREAM)?.[3] === 'flat')
})

test('what executors count a stream by rises with each signal, and is never ahead of it', async () => {
  const { claims, exit, send, messages } = await startWithProgram()
  // The clock of the test stands still.
  for (const intent of [claims(), exit('40'), exit(), claims(), exit()]) await send(intent)
  await until(() => messages('signal').length === 5)
  const starts = messages('signal').map(({ claims: { candle } }) => candle.start)
  expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
  for (const { claims: signal } of messages('signal')) {
    expect(signal.candle.start).toBeLessThanOrEqual(signal.iat)
    expect(signal.exp - signal.iat).toBeCloseTo(signal.kind === 'entry' ? 60 : 600)
  }
})

test('the same intent makes one signal, also under another kind and after a restart of the engine', async () => {
  const first = await startWithProgram()
  const { claims, exit, send, sendText, begin, engine, home } = first
  const token = sign('intent', claims(), PROGRAM_KEY)
  expect(await sendText(token)).toMatchObject({ do: 'accepted', seq: 1 })
  expect(await sendText(token)).toEqual(refused('intent_repeated'))
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  await engine.stop()
  await begin(candles([100, 106, 94], T0 - 120), 1)
  expect(await send({ ...exit(), jti })).toEqual(refused('intent_repeated'))
  expect(await send(exit())).toMatchObject({ do: 'accepted', seq: 2 })
  expect(await sendText(token)).toEqual(refused('intent_repeated'))
  expect(stored(home.path)).toHaveLength(2)
})

test('an intent that was refused counts no second time, whatever the stream is then', async () => {
  const { claims, exit, send, sendText, home } = await startWithProgram()
  await send(claims())
  const late = sign('intent', claims(), PROGRAM_KEY)
  expect(await sendText(late)).toEqual(refused('intent_while_long', 'send an exit'))
  await send(exit())
  expect(await sendText(late)).toEqual(refused('intent_repeated'))
  expect(stored(home.path)).toHaveLength(2)
})

test('what may not be a signal is refused with its code, and never reaches the outbox', async () => {
  const { claims, exit, send, sendText, forged, home, clock, messages } = await startWithProgram()
  const { stopPrice: _, ...stopless } = claims()
  const now = clock.now() / 1000
  const stranger = signingKey(new Uint8Array(32).fill(22))
  const answers = [
    await send({ ...stopless, kind: 'entry' }),
    await send(claims({ stopPrice: '100' })),
    await send(claims({ takeProfits: [{ price: '100', percent: '100' }] })),
    await send(claims({ market: 'ETH/USDT' })),
    await send(exit()),
    await send(claims({ iat: now - 25, exp: now })),
    await send(claims({ iat: now + 6, exp: now + 20 })),
    await send(claims({ exp: now + 31 })),
    await send(claims({ aud: 'acme' })),
    await send(claims({ iss: 'other' })),
    await send(claims({ sub: 'demo' })),
    await send(claims(), stranger),
    await sendText('entry, please'),
    await sendText(forged({ ...claims(), leverage: 10 })),
    await sendText(forged({ ...exit(), stopPrice: '97' })),
  ]
  expect(answers).toEqual([
    refused('intent_without_stop', 'needs a "stopPrice"'),
    refused('intent_levels', 'the stop 100 is not below'),
    refused('intent_levels', 'the take-profit 100 is not above'),
    refused('intent_market', 'is of BTC/USDT'),
    refused('intent_while_flat', 'nothing to exit'),
    refused('expired'),
    refused('issued_in_future'),
    refused('life_too_long'),
    refused('audience_mismatch'),
    refused('issuer_mismatch'),
    refused('topic_mismatch'),
    refused('header_not_pinned'),
    refused('token_malformed'),
    refused('claims_invalid'),
    refused('claims_invalid'),
  ])
  expect(stored(home.path)).toEqual([])
  expect(messages('signal')).toEqual([])
})

test('two entries at once make one signal', async () => {
  const { claims, link, results, home } = await startWithProgram()
  const topic = `keyside/v1/intent/home/${STREAM}`
  const tokens = [claims(), claims()].map((each) => sign('intent', each, PROGRAM_KEY))
  await Promise.all(tokens.map((token) => link.publish(topic, token)))
  await until(() => results.length === 2)
  const answers = new Map(results.map(({ to, answer }) => [to, answer]))
  expect(tokens.map((token) => answers.get(hashText(token)))).toEqual([
    expect.objectContaining({ do: 'accepted', seq: 1 }),
    refused('intent_while_long'),
  ])
  expect(stored(home.path)).toHaveLength(1)
})

test('a program that sends too much is refused, then not answered, and the strategies go on', async () => {
  const { claims, link, results, close, messages } = await startWithProgram()
  const topic = `keyside/v1/intent/home/${STREAM}`
  const flood = Array.from({ length: 130 }, () =>
    sign('intent', claims({ market: 'A/B' }), PROGRAM_KEY),
  )
  await Promise.all(flood.map((token) => link.publish(topic, token)))
  await until(() => results.length === 120)
  const codes = results.map(({ answer }) => (answer.do === 'refused' ? answer.code : answer.do))
  expect(codes.filter((code) => code === 'intent_market')).toHaveLength(60)
  expect(codes.filter((code) => code === 'intent_quota')).toHaveLength(60)
  await close()
  await until(() => messages('signal').length === 1)
  expect(messages('signal')[0]?.claims.sub).toBe('demo')
  expect(results).toHaveLength(120)
})

test('a clock that is behind the last signal signs nothing', async () => {
  const { claims, exit, send, clock } = await startWithProgram()
  await send(claims())
  clock.set(clock.now() - 2_000)
  expect(await send(exit())).toEqual(refused('intent_clock'))
})

test('a key that was removed counts no more, and one that is added later counts from then on', async () => {
  const { claims, exit, send, home, pass, logged, messages } = await startWithProgram()
  await send(claims())
  const other = signingKey(new Uint8Array(32).fill(23))
  writePrograms(home, listed({ key: other.publicKey }))
  pass(250)
  await until(() => logged().includes('removed or changed'))
  await until(() => logged().split('program in force').length === 3)
  expect(await send(exit())).toEqual(refused('header_not_pinned'))
  expect(await send(exit(), other)).toMatchObject({ do: 'accepted', seq: 2 })
  await until(() => messages('signal').length === 2)
})

test('a stream has one source: a strategy or a program', async () => {
  const { home, pass, logged } = await startWithProgram()
  home.write('second.yaml', yaml({ ...RULES, name: STREAM }))
  pass(1_000)
  await until(() => logged().includes('strategy_name_taken'))
  const other = signingKey(new Uint8Array(32).fill(24)).publicKey
  writePrograms(home, listed(), listed({ program: 'other', key: other, stream: 'demo' }))
  pass(250)
  await until(() => logged().includes('program_stream_taken'))
})

test('a list that gives one key two streams is not used, and the one before it stays', async () => {
  const { home, pass, logged, claims, send } = await startWithProgram()
  writePrograms(home, listed(), listed({ program: 'other', stream: 'other' }))
  pass(250)
  expect(logged()).toContain('expected each key once')
  expect(logged()).toContain('programs_broken')
  expect(await send(claims())).toMatchObject({ do: 'accepted' })
})

test('a signal that cannot be stored is never sent, and its program is told', async () => {
  const { claims, send, home, messages, close } = await startWithProgram()
  {
    using database = new DatabaseSync(home.file('engine/engine.db'))
    const insert = `INSERT INTO signals VALUES (?, 1, 'another', 'token', 0, 'sent')`
    database.prepare(insert).run(STREAM)
  }
  expect(await send(claims())).toEqual(refused('stream_failed'))
  expect(await send(claims())).toEqual(refused('stream_failed'))
  await close()
  await until(() => messages('signal').length === 1)
  expect(messages('signal')[0]?.claims.sub).toBe('demo')
})

test('a stream keeps its market', async () => {
  const { home, pass, logged, claims, send } = await startWithProgram()
  await send(claims())
  writePrograms(home, listed({ market: 'ETH/USDT' }))
  pass(250)
  await until(() => logged().includes('stream_moved'))
})
