// An engine that signs what a test tells it to, with the real engine's key, on the real broker.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  GENESIS,
  type HeadRow,
  HOME,
  hashText,
  headTopic,
  type Signal,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import {
  createLog,
  type Link,
  newJti,
  openLink,
  readSecret,
  readSigningKey,
  systemRandomBytes,
} from '@keyside/runtime'
import { parse } from 'yaml'

/** Of all streams of a home of its own. */
export const PLAN = 'all'

/** One stream of the engine, on one market. */
export interface ScriptedStream {
  /** Signs and publishes the next signal. Returns its `jti`. */
  signal(change: Partial<Signal>): Promise<string>
  head(): Promise<void>
  /** Signs a signal without sending it. */
  sign(change: Partial<Signal>): { token: string; jti: string; seq: number }
}

export interface ScriptedEngine extends ScriptedStream {
  readonly link: Pick<Link, 'publish' | 'connected'>
  /** Goes on at the broker of another home that has the same engine's key. */
  moveTo(home: string): Promise<void>
  /** One more stream, without a head so far. */
  stream(name: string, market: string): ScriptedStream
  close(): Promise<void>
}

export async function scriptedEngine(home: string): Promise<ScriptedEngine> {
  const key = readSigningKey(join(home, 'engine/engine.key'))
  let link = await linkOf(home)
  const heads = new Map<string, HeadRow>()
  const publish: Link['publish'] = (...message) => link.publish(...message)
  const stream = (name: string, market: string) => scriptedStream(publish, key, heads, name, market)
  const demo = stream('demo', 'BTC/USDT')
  await demo.head()
  const moveTo = async (other: string) => {
    await link.close()
    link = await linkOf(other)
    await demo.head()
  }
  return {
    ...demo,
    link: { publish, connected: () => link.connected() },
    moveTo,
    stream,
    close: () => link.close(),
  }
}

async function linkOf(home: string): Promise<Link> {
  const config = parse(readFileSync(join(home, 'config.yaml'), 'utf8'))
  const link = openLink({
    url: config.engine.broker.url,
    clientId: 'engine',
    token: readSecret(join(home, 'engine/engine.token')),
    subscribe: [],
    onMessage: () => undefined,
    log: createLog({ program: 'engine', level: 'silent' }),
  })
  await link.ready
  return link
}

function scriptedStream(
  publish: Link['publish'],
  key: SigningKey,
  heads: Map<string, HeadRow>,
  stream: string,
  market: string,
): ScriptedStream {
  let seq = 0
  let prev = GENESIS
  let candle = Math.floor(Date.now() / 1000) - 3600
  let target: 'long' | 'flat' = 'flat'
  let since = 0

  const signNext = (change: Partial<Signal>) => {
    const now = seconds(Date.now())
    const kind = change.kind ?? 'entry'
    candle += 1
    const claims: Signal = {
      iss: 'home',
      aud: 'executors',
      iat: now,
      exp: now + 30,
      jti: newJti(systemRandomBytes),
      plan: PLAN,
      sub: stream,
      seq: seq + 1,
      prev,
      kind,
      market,
      side: kind === 'entry' ? 'buy' : 'sell',
      size: kind === 'entry' ? { unit: 'quote', value: '100' } : { unit: 'percent', value: '100' },
      type: 'market',
      referencePrice: '50000',
      candle: { timeframe: '1s', start: candle },
      reason: 'scripted',
      validUntil: now + 60,
      ...change,
    }
    const token = sign('signal', claims, key)
    seq += 1
    prev = hashText(token)
    target = kind === 'entry' ? 'long' : 'flat'
    since = seq
    return { token, jti: claims.jti, seq }
  }
  const head = async () => {
    const now = seconds(Date.now())
    heads.set(stream, [stream, seq, prev, target, since, candle])
    const claims = {
      iss: 'home',
      aud: 'executors',
      sub: PLAN,
      jti: newJti(systemRandomBytes),
    } as const
    const token = sign(
      'head',
      {
        ...claims,
        iat: now,
        exp: now + 45,
        streams: [...heads.values()],
        keyset: 0,
      },
      key,
    )
    await publish(headTopic(HOME, PLAN), token, { retain: true })
  }
  return {
    head,
    sign: signNext,
    signal: async (change) => {
      const { token, jti } = signNext(change)
      await publish(signalTopic(HOME, PLAN), token)
      await head()
      return jti
    },
  }
}
