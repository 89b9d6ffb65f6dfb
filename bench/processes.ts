// The bench's own processes: each answers over the channel to its parent, and ends when that closes.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Helper {
  /** Its next message. */
  ask<Answer>(question: object | string): Promise<Answer>
  tell(message: object | string): void
  stop(): Promise<void>
}

export interface HelperOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** Of its Node. */
  readonly flags?: readonly string[]
  readonly onLine?: (line: string) => void
}

/** `first` is its first message. */
export async function startHelper<First>(
  file: string,
  { environment = {}, flags = [], onLine }: HelperOptions = {},
): Promise<Helper & { first: First }> {
  const child = fork(join(import.meta.dirname, file), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
    execArgv: [...flags],
  })
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line))
  return { ...helperOf(child), first: await said<First>(child) }
}

/** What a process has used, ms. proc(5): user and system time are the fields 14 and 15 of stat, in hundredths of a second. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function helperOf(child: ChildProcess): Helper {
  return {
    ask: <Answer>(question: object | string) => {
      child.send(question)
      return said<Answer>(child)
    },
    tell: (message) => void child.send(message),
    stop: async () => {
      const gone = once(child, 'exit')
      if (child.exitCode === null) child.disconnect()
      else return
      await gone
    },
  }
}

function said<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process ended with code ${code}`))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer as Answer)
    })
  })
}
