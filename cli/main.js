#!/usr/bin/env -S node --disable-sigusr1
// keyside: the one command people type. JavaScript, as all that runs before Node may use what it has compiled: the first
// TypeScript that it must strip of its types loads the program that strips, 50 ms of every start.
import { enablePrivateCache } from './programs/compile-cache.js'

enablePrivateCache()
// No other code is loaded before the debugger is shut.
await import('./programs/no-debugger.ts')
await import('./command-line.ts')
