#!/usr/bin/env node
// Tell a Keyside engine what a program wants: docs/programs.md.
//
//   node examples/intent.mjs ~/.keyside/programs/my-model entry 65000.12 63700.5 "p(up) 0.71"
import { Program } from './keyside.mjs'

if (process.argv.length < (process.argv[3] === 'entry' ? 7 : 6)) {
  console.error('usage: intent.mjs FOLDER entry PRICE STOP REASON, or FOLDER exit PRICE REASON')
  process.exit(1)
}
const [folder, kind, referencePrice, ...rest] = process.argv.slice(2)
const [stopPrice, reason] = kind === 'entry' ? rest : [undefined, ...rest]
const size = { unit: 'percent', value: kind === 'entry' ? '10' : '100' }
const claims = { referencePrice, reason, size, ...(stopPrice && { stopPrice }) }
const answer = await new Program(folder).send(kind, claims)
console.log(JSON.stringify(answer))
process.exitCode = answer.do === 'accepted' ? 0 : 1
