#!/usr/bin/env -S node --disable-sigusr1
// keyside: the one command people type. No other code is loaded before the debugger is shut.
import './no-debugger.ts'

await import('./command-line.ts')
