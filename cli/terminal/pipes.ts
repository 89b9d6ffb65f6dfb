// A pipe whose reader has gone, as with `| head`: no error of ours.

/** 128 and SIGPIPE: what a shell says of a program that this ended. */
const PIPE_CLOSED = 141

let goOn = false

/** Ends the program quietly at its next word, as the shell's own programs end. */
export function exitOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (!goOn) process.exit(PIPE_CLOSED)
    })
}

/** For a program that watches over positions: who reads its log does not matter to those. */
export function ignoreClosedPipe(): void {
  goOn = true
}
