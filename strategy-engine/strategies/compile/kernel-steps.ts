// The indicators of a graph as steps of it, two averages of one series in one loop.
import { averagePair } from '../../indicators/average-pair.ts'
import type { Kernel } from '../../indicators/kernel.ts'
import type { StepMemories } from './memories.ts'
import type { Column, Step } from './operators.ts'

interface Asked {
  readonly make: () => Kernel
  readonly inputs: readonly Column[]
  readonly outputs: number
  readonly block: number
}

/** An average that is computed alone so far, and the place of its step. */
interface Alone {
  readonly kernel: Kernel
  readonly columns: readonly Column[]
  readonly place: number
}

export class KernelSteps {
  readonly #steps: Step[]
  readonly #memories: StepMemories
  readonly #outputs = new Map<string, readonly Column[]>()
  /** By the column that they are of. */
  readonly #alone = new Map<Column | undefined, Alone>()

  /** Both are the graph's. */
  constructor(steps: Step[], memories: StepMemories) {
    this.#steps = steps
    this.#memories = memories
  }

  /** One kernel for each `key`; made when it is first asked for. */
  outputs(key: string, { make, inputs, outputs, block }: Asked): readonly Column[] {
    const known = this.#outputs.get(key)
    if (known !== undefined) return known
    const kernel = make()
    const columns = Array.from({ length: outputs }, () => new Float64Array(block))
    this.#outputs.set(key, columns)
    this.#memories.add(key, kernel.state)
    this.#add(kernel, inputs, columns)
    return columns
  }

  #add(kernel: Kernel, inputs: readonly Column[], columns: readonly Column[]): void {
    const [input] = inputs
    const alone = kernel.average && this.#alone.get(input)
    if (alone === undefined) {
      if (kernel.average) this.#alone.set(input, { kernel, columns, place: this.#steps.length })
      this.#steps.push((length) => kernel.update(inputs, columns, 0, length))
      return
    }
    this.#alone.delete(input)
    const update = averagePair(alone.kernel, kernel)
    const both = [...alone.columns, ...columns]
    this.#steps[alone.place] = (length) => update(inputs, both, 0, length)
  }
}
