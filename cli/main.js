#!/usr/bin/env -S node --disable-sigusr1
// keyside: the one command people type. JavaScript, as all that runs before Node may use what it has compiled: the first
// TypeScript that it must strip of its types loads the program that strips, 50 ms of every start.
import { enablePrivateCache } from './programs/compile-cache.js'

enablePrivateCache()
// Before any other code is loaded, the debugger and what the walls leave open are shut.
await import('./programs/no-debugger.ts')
await import('./programs/checked-certificates.ts')
const { keepMemoryOutOfDumps } = await import('./programs/core-dumps.ts')
keepMemoryOutOfDumps()
const outgoing =
  process.permission === undefined
    ? null
    : (await import('./programs/behind-walls.ts')).takeOutgoing()
const { run } = await import('./command-line.ts')
await run(outgoing)
