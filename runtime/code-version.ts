// The version of what a part of the code remembers: computed, so that nobody can forget to raise it.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtVersion, installed } from './installation.ts'

/** Folders whose code gives a meaning to what is stored. */
export const VERSIONED = {
  portfolio: ['executor/core/model'],
  indicators: ['strategy-engine/indicators', 'strategy-engine/strategies'],
  binance: ['executor/venues/adapter', 'executor/venues/binance'],
  bybit: ['executor/venues/adapter', 'executor/venues/bybit'],
  okx: ['executor/venues/adapter', 'executor/venues/okx'],
} as const

/**
 * The text of the code in these folders and all below, without its tests. Read it as that code is loaded: later, an
 * update of Keyside may have put another in its place.
 */
export function codeVersion(of: keyof typeof VERSIONED): string {
  const texts = () => VERSIONED[of].map((folder) => textsOf(installed(folder)))
  return builtVersion(of) ?? hash('sha256', JSON.stringify(texts()), 'base64url')
}

function textsOf(folder: string): (readonly [name: string, text: string])[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const code = names.filter((name) => /^(?!.*(\.test\.|\btesting\b)).*\.ts$/.test(name))
  return code.toSorted().map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}
