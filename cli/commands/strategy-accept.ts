// keyside strategy accept: a rule that was tried from the chat becomes a strategy of this home. Only here, at the device.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError, keysideHome, readText, writePrivate } from '@keyside/runtime'
import {
  isTypeScript,
  readStrategyFile,
  type Strategy,
  strategyTextReader,
} from '@keyside/strategy-engine/strategies'
import { type TrialFile, trialsOf } from '../home/trials.ts'
import { print } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'
import { showLines, tradeRows } from '../terminal/strategy-lines.ts'

export async function acceptTrial(name: string, { yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome()
  const trial = trialNamed(home, name)
  const text = readText(trial.path)
  const strategies = readStrategyFile(trial.path, text)
  const folder = join(home, 'strategies')
  const own = ownFile(folder, strategies)
  const target = own ?? join(folder, `${trial.name}.yaml`)
  if (own === null && existsSync(target))
    throw new KeysideError(
      'strategy_name_taken',
      `${target} is there already and is another strategy: rename one of the two`,
    )
  if (isTypeScript(target))
    throw new KeysideError(
      'strategy_name_taken',
      `${target} is code, and a rule does not take its place: remove it first, or give the rule another name`,
    )
  print(`The trial ${trial.name} becomes ${target}:`, '', ...linesOf(strategies))
  if (own !== null)
    print('', 'In its place now:', '', ...linesOf(readStrategyFile(own, readText(own))))
  print('', own === null ? NEW : CHANGED)
  if (!yes) await requireConfirm('Is this what you want?', 'nothing was changed')
  writePrivate(target, text)
  rmSync(trial.path)
  print(`${target} is in force within a second, and the trial has ended.`)
  if (own === null) print('', 'Next:', ...strategies.flatMap((one) => tradeRows(one.name)))
}

const NEW = 'It begins flat, as a stream of its own. What it may trade with, your policy says.'
const CHANGED =
  'What it holds stays, and goes by the new rules from the next candle on. If its market is another, give it another name.'

function trialNamed(home: string, name: string): TrialFile {
  const all = trialsOf(home)
  const found = all.find((one) => one.name === name || `trial-${one.name}` === name)
  if (found !== undefined) return found
  const names = all.map((one) => one.name).join(', ')
  throw new KeysideError(
    'strategy_unknown',
    `there is no trial "${name}" from the chat: ${names === '' ? 'send a rule to your bot first' : `there are ${names}`}`,
  )
}

/** The file of the home that has one of their names. */
function ownFile(folder: string, strategies: readonly Strategy[]): string | null {
  const names = new Set(strategies.map(({ name }) => name))
  for (const file of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(file)) continue
    const path = join(folder, file)
    const read = strategyTextReader(path, readText(path))()
    if (read.ok && read.strategies.some(({ name }) => names.has(name))) return path
  }
  // What is code is not read here: its name tells.
  return strategies.map(({ name }) => join(folder, `${name}.ts`)).find(existsSync) ?? null
}

function linesOf(strategies: readonly Strategy[]): readonly string[] {
  return strategies.flatMap((one, at) => [...(at === 0 ? [] : ['']), ...showLines(one)])
}
