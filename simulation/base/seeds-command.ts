// A command that runs seeds: how many, from which on, and in how many processes of the same program.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { inChildren, whole } from './workers.ts'

/** Some seeds, one after the other. */
export interface Seeds {
  readonly start: number
  readonly count: number
  readonly print?: (line: string) => void
  /** After each. */
  readonly onSeed?: (done: number) => void
}

export interface SeedsCommand<Summary> {
  /** The program itself. */
  readonly file: string
  readonly help: string
  /** How many, where nobody says. */
  readonly seeds: number
  /** An option that changes a file of the executor before it is loaded: then the run must fail. */
  readonly change: { readonly option: string; readonly apply: (name: string) => void }
  /** Called after the change, which counts only for what is loaded after it. */
  readonly run: (seeds: Seeds) => Promise<Summary>
  /** Prints the results, and returns whether all promises held. `changed` is the option's value. */
  readonly finish: (
    summaries: readonly Summary[],
    about: { readonly seconds: number; readonly changed: string | undefined },
  ) => Promise<boolean>
}

/** Exit code 1 when something did not hold. */
export async function seedsCommand<Summary>(command: SeedsCommand<Summary>): Promise<void> {
  const started = performance.now()
  const { file, help, change, run, finish } = command
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: String(command.seeds) },
      start: { type: 'string', default: '1' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      workers: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
      [change.option]: { type: 'string' },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const changed = values[change.option] as string | undefined
  if (changed !== undefined) change.apply(changed)
  const start = whole(values.seed ?? values.start, 0)
  const count = values.seed === undefined ? whole(values.seeds) : 1
  const workers = Math.min(whole(values.workers), count)
  const args = changed === undefined ? [] : [`--${change.option}`, changed]
  const every = Math.max(1, Math.round(count / 10))
  const here = () =>
    run({
      start,
      count,
      ...(values.trace && { print: (line: string) => process.stdout.write(`${line}\n`) }),
      onSeed: (done) => {
        if (count > 1 && done % every === 0)
          process.stderr.write(`seeds ${start} to ${start + done - 1} are done\n`)
      },
    })
  const summaries =
    workers > 1 ? await inChildren<Summary>({ file, start, count, workers, args }) : [await here()]
  if (process.send !== undefined) {
    process.send(summaries[0])
    return
  }
  const seconds = (performance.now() - started) / 1000
  process.exitCode = (await finish(summaries, { seconds, changed })) ? 0 : 1
}
