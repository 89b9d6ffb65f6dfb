#!/usr/bin/env -S node --disable-sigusr1
// keyside: the one command people type. No other code is loaded before the debugger is shut.
import './programs/no-debugger.ts'
import { enablePrivateCache } from './programs/compile-cache.ts'

enablePrivateCache()
await import('./command-line.ts')
