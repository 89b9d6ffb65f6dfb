#!/usr/bin/env -S node --disable-sigusr1
// keyside: the one command people type. No other code is loaded before the debugger is shut.
import './programs/no-debugger.ts'
import { keepCompiled } from './programs/compile-cache.ts'

keepCompiled()
await import('./command-line.ts')
