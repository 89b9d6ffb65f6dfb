// Termination signals as an AbortSignal, for commands that have children to end and files to clean up.

/** Aborted by the first signal. Later ones change nothing: npm sends on a Ctrl-C that came here already. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort())
  return stop.signal
}
