import { expect, test } from 'vitest'
import { commandsFor } from './account-commands.ts'

test.each([
  ['run "keyside unhalt" at the device', 'run "keyside unhalt --account live" at the device'],
  ['<code>keyside explain 1f0c</code>', '<code>keyside explain --account live 1f0c</code>'],
  ['sell it: "keyside halt --sell"', 'sell it: "keyside halt --account live --sell"'],
  [
    'follow it with "keyside follow <link> --as NAME"',
    'follow it with "keyside follow --account live <link> --as NAME"',
  ],
  [
    'read it with keyside policy show, then run keyside policy accept',
    'read it with keyside policy show --account live, then run keyside policy accept --account live',
  ],
  ['see "keyside journal"', 'see "keyside journal --account live"'],
])('in %s the account is named', (text, named) => {
  expect(commandsFor('live', text)).toBe(named)
  expect(commandsFor(null, text), 'where there is one alone').toBe(text)
})

test.each([
  'stop "keyside up" and start it again',
  'run "keyside keys add --account other"',
  'sell it first ("keyside halt --account other --sell")',
  'keyside keysets are no keys',
  'the unit keyside-halt',
])('%s stays as it is', (text) => {
  expect(commandsFor('live', text)).toBe(text)
})
