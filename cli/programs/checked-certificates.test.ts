import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** What a connection of the command would read, at its end. */
const LAST = `process.on('exit', () => console.log(process.env.NODE_TLS_REJECT_UNAUTHORIZED))`

test('no environment switches off the check of certificates', () => {
  const words = ['--import', `data:text/javascript,${encodeURIComponent(LAST)}`]
  const main = new URL('../main.js', import.meta.url).pathname
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const { stdout } = spawnSync(process.execPath, [...words, main, '--version'], { env })
  expect(String(stdout)).toMatch(/^\d+\.\d+\.\d+\S*\nundefined\n$/)
})
