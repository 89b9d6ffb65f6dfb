// Ctrl-C and its like, as something to ask about: who started children has to end them and to clean up.

/** Aborted by the first signal. Later ones change nothing: npm sends on a Ctrl-C that came here already. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort())
  return stop.signal
}
