// Handles a closed output pipe, as with `| head`.

/** 128 and SIGPIPE: the exit code that a shell reports for it. */
const PIPE_CLOSED = 141

let goOn = false

/** Exits quietly at the next write, as shell programs do. */
export function exitOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (!goOn) process.exit(PIPE_CLOSED)
    })
}

/** For programs that must keep running when nobody reads their output. */
export function ignoreClosedPipe(): void {
  goOn = true
}
