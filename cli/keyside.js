#!/usr/bin/env node
// What npm links as `keyside`. Syntax of old versions alone: it says what is missing where nothing else would run.
const NEEDED = 26
if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(
    `Keyside needs Node ${NEEDED} or later, and this is Node ${process.versions.node}: install it from nodejs.org, then try again (node_too_old)\n`,
  )
  process.exitCode = 3
} else void import('./main.js')
