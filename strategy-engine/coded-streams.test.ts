// An engine with strategies in TypeScript: the signals of rules, and nobody is held up by the code of another.
import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codeText } from './strategies/typescript/testing/code.ts'
import { type Home, startFixture, T0, until } from './testing/fixture.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

const PAST = 30
/** Up over 105 and down under 95, again and again. */
const CLOSES = Array.from({ length: 60 }, (_, i) => Math.round(100 + 10 * Math.sin(i / 2)))
const CANDLES = candles(CLOSES, T0 - (PAST + 1) * 60)

const write = (home: Home, name: string, parts: Parameters<typeof codeText>[0]) =>
  writeFileSync(
    home.file(`strategies/${name}.ts`),
    codeText(parts)
      .replace("name: 'coded'", `name: '${name}'`)
      .replace("stop: '2 %'", "stop: '20 %'"),
  )
const SAME = {
  enter: 'close.value > 105 && close.said',
  exit: 'close.value < 95 && close.said',
}

test('code signs what rules sign, and what hangs, throws or is no strategy stops alone', async () => {
  const fixture = await startFixture(CANDLES, {
    past: PAST,
    prepare: (home) => {
      home.write('demo.yaml', yaml({ ...RULES, alert: 'close > 108' }))
      write(home, 'coded', { ...SAME, keys: "alert: 'close > 108'," })
      write(home, 'hangs', { enter: `if (context.closed >= ${T0}) for (;;) ; return false` })
      write(home, 'throws', {
        enter: 'if (close.value > 105) throw new Error("no more"); return false',
      })
      write(home, 'wrong', { build: "context.series('emma(9)')" })
    },
  })
  const { logged, pass, messages, close } = fixture
  const inForce = (name: string) => logged().includes(`"stream":"${name}","plan":"${name}"`)
  await until(() => {
    pass(1_000)
    return ['coded', 'hangs', 'throws'].every(inForce) && logged().includes('wrong.ts')
  })
  expect(logged()).toMatch(
    /strategy_invalid.*wrong\.ts: it does not run: line \d+, column \d+: series: unknown name/,
  )
  const of = (stream: string) => messages('signal').filter((one) => one.claims.sub === stream)
  let due = 0
  for (let i = PAST; i < CANDLES.length; i++) {
    await close()
    const [last = 0] = CLOSES.slice(i)
    if (due % 2 === 0 ? last > 105 : last < 95) due += 1
    await until(() => of('demo').length === due && of('coded').length === due)
    if (due < 3) expect(logged(), 'nobody waits for it').not.toMatch(/strategy_failed.*hangs/)
  }
  const said = (stream: string) =>
    of(stream).map(({ claims }) => ({ ...claims, jti: '', sub: '', plan: '', prev: '' }))
  expect(due).toBeGreaterThan(4)
  expect(said('coded')).toEqual(said('demo'))
  await until(() =>
    /strategy_failed.*throws\.ts: the strategy threw Error: no more at line/.test(logged()),
  )
  expect(of('throws')).toEqual([])
  await until(() =>
    /strategy_failed.*"stream":"hangs".*did not come to an end within 3 s/.test(logged()),
  )
})

test('a mended file runs in place of the one that failed, and a removed one ends', async () => {
  const { home, logged, pass, messages, close } = await startFixture(CANDLES, {
    past: PAST,
    prepare: (home) => write(home, 'coded', { enter: 'throw new Error("no more")' }),
  })
  const scanned = (holds: () => boolean) =>
    until(() => {
      pass(1_000)
      return holds()
    })
  await scanned(() => logged().includes('"stream":"coded","plan"'))
  // In force, it learns the past, and throws at once.
  await scanned(() => logged().includes('no more'))
  const before = logged().length
  write(home, 'coded', SAME)
  await scanned(() => logged().slice(before).includes('"stream":"coded","plan"'))
  const signed = () => messages('signal').some(({ claims }) => claims.sub === 'coded')
  for (const last of CLOSES.slice(PAST, PAST + 16)) {
    await close()
    if (last > 105) await until(signed)
  }
  expect(signed()).toBe(true)
  rmSync(home.file('strategies/coded.ts'))
  await scanned(() => /strategy file removed/.test(logged()))
})

test('after a restart it goes on from its signals: what was held leaves, by memory of the past that is gone through anew', async () => {
  const { logged, pass, messages, close, engine, begin } = await startFixture(CANDLES, {
    past: PAST,
    // The count of candles above 105 is of all candles, the past included.
    prepare: (home) =>
      write(home, 'coded', {
        build: 'let above = 0',
        candle: 'if (close.value > 105) above++',
        enter: 'close.value > 105 && above + " above"',
        exit: 'held.candles >= 3 && close.value < 95 && above + " above, " + held.candles + " candles"',
      }),
  })
  const inForce = (after: number) =>
    until(() => {
      pass(1_000)
      return logged().slice(after).includes('"stream":"coded","plan"')
    })
  const of = () => messages('signal').filter(({ claims }) => claims.sub === 'coded')
  await inForce(0)
  let at = PAST
  for (; of().length === 0; at++) {
    await close()
    const isDue = (CLOSES[at] ?? 0) > 105
    if (isDue) await until(() => of().length === 1)
  }
  await engine.stop()
  const before = logged().length
  const again = await begin(CANDLES, at)
  await inForce(before)
  for (; of().length === 1 && at < CANDLES.length; at++) {
    await again.close()
    if ((CLOSES[at] ?? 100) < 95) await until(() => of().length === 2)
  }
  const above = CLOSES.slice(0, at).filter((one) => one > 105).length
  const entered = CLOSES.findIndex((one, i) => i >= PAST && one > 105)
  expect(of().map(({ claims }) => claims.reason)).toEqual([
    `${CLOSES.slice(0, entered + 1).filter((one) => one > 105).length} above`,
    `${above} above, ${at - 1 - entered} candles`,
  ])
})
