// A terminal that shows nothing of what is typed or pasted unless a question asks to see it, whenever it was typed.
import { StringDecoder } from 'node:string_decoder'
import type { ReadStream } from 'node:tty'

/** One that is no real terminal has no raw mode, and shows nothing by itself. */
type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, 'setRawMode'>>

export type Echo = 'shown' | 'hidden'

interface Reader {
  readonly echo: Echo
  readonly answer: (line: string | null) => void
  line: string
}

/** Between two questions: the next one follows at once, or there is none, ms. */
const NEXT_QUESTION_MS = 200

/** A key that is no letter, such as an arrow; and the marks that some terminals put around what is pasted. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what terminals send
const ESCAPE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^[O])/

export class Terminal {
  readonly #input: Input
  readonly #output: NodeJS.WritableStream
  #decoder = new StringDecoder('utf8')
  #state: 'open' | 'armed' = 'open'
  /** Typed characters that no question has read yet. */
  #typed = ''
  #reader: Reader | undefined
  #release: NodeJS.Timeout | undefined

  constructor(input: Input, output: NodeJS.WritableStream) {
    this.#input = input
    this.#output = output
    input.on('end', () => this.#finish(null))
  }

  /** From now on the terminal itself shows nothing, and what is typed waits for its question. */
  arm(): void {
    clearTimeout(this.#release)
    if (this.#state === 'armed') return
    this.#state = 'armed'
    this.#input.setRawMode?.(true)
    this.#input.on('data', this.#onData)
    this.#input.resume()
    this.#input.unref()
    process.once('exit', this.#disarm)
  }

  /** Null at the end of the input. */
  ask(question: string, echo: Echo): Promise<string | null> {
    // Before the prompt is shown: the answer may come at once.
    this.arm()
    this.#typed = this.#typed.replace(/^[\r\n]+/, '')
    this.#output.write(question)
    this.#input.ref()
    return new Promise((answer) => {
      this.#reader = { echo, answer, line: '' }
      this.#read()
    })
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#typed += this.#decoder.write(bytes)
    this.#read()
  }

  #read(): void {
    // In raw mode Ctrl-C arrives as a character.
    if (this.#typed.includes('\x03')) this.#interrupt()
    while (this.#reader !== undefined && this.#typed !== '') {
      const key =
        ESCAPE.exec(this.#typed)?.[0] ?? String.fromCodePoint(this.#typed.codePointAt(0) ?? 0)
      // The rest of it is on its way.
      if (key === '\x1b') return
      this.#typed = this.#typed.slice(key.length)
      this.#press(this.#reader, key)
    }
  }

  #press(reader: Reader, key: string): void {
    if (key === '\r' || key === '\n') this.#finish(reader.line)
    else if (key === '\x04') {
      if (reader.line === '') this.#finish(null)
    } else if (key === '\x7f' || key === '\b') this.#erase(reader, 1)
    else if (key === '\x15') this.#erase(reader, Number.POSITIVE_INFINITY)
    else if (key >= ' ') {
      reader.line += key
      if (reader.echo === 'shown') this.#output.write(key)
    }
  }

  #erase(reader: Reader, count: number): void {
    const letters = [...reader.line]
    const gone = Math.min(count, letters.length)
    reader.line = letters.slice(0, letters.length - gone).join('')
    if (reader.echo === 'shown') this.#output.write('\b \b'.repeat(gone))
  }

  #finish(line: string | null): void {
    const reader = this.#reader
    if (reader === undefined) return
    this.#reader = undefined
    this.#output.write('\n')
    this.#input.unref()
    this.#release = setTimeout(this.#disarm, NEXT_QUESTION_MS).unref()
    reader.answer(line)
  }

  #interrupt(): void {
    this.#typed = ''
    this.#disarm()
    this.#output.write('\n')
    process.kill(process.pid, 'SIGINT')
  }

  readonly #disarm = (): void => {
    if (this.#state === 'open') return
    this.#state = 'open'
    process.off('exit', this.#disarm)
    this.#input.off('data', this.#onData)
    this.#input.pause()
    this.#input.setRawMode?.(false)
  }
}
