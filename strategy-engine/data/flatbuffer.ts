// Tables of FlatBuffers (flatbuffers.dev, "Internals"), read. Whatever leads out of the bytes is a RangeError.

export class FlatTable {
  readonly view: DataView
  readonly #at: number

  constructor(view: DataView, at: number) {
    this.view = view
    this.#at = at
  }

  /** The table that the bytes begin with. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  /** Where the field is, by its number; null where it was left out. */
  #field(number: number): number | null {
    const names = this.#at - this.view.getInt32(this.#at, true)
    const slot = 4 + 2 * number
    if (slot >= this.view.getUint16(names, true)) return null
    const offset = this.view.getUint16(names + slot, true)
    return offset === 0 ? null : this.#at + offset
  }

  byte(number: number): number {
    const at = this.#field(number)
    return at === null ? 0 : this.view.getUint8(at)
  }

  short(number: number): number {
    const at = this.#field(number)
    return at === null ? 0 : this.view.getInt16(at, true)
  }

  long(number: number): number {
    const at = this.#field(number)
    return at === null ? 0 : readLong(this.view, at)
  }

  table(number: number): FlatTable | null {
    const at = this.#field(number)
    return at === null ? null : new FlatTable(this.view, at + this.view.getUint32(at, true))
  }

  text(number: number): string {
    const bytes = this.vector(number, 1, (at) => this.view.getUint8(at))
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  tables(number: number): FlatTable[] {
    return this.vector(
      number,
      4,
      (at) => new FlatTable(this.view, at + this.view.getUint32(at, true)),
    )
  }

  /** `stride`: bytes of one; `read` gets the place of each. */
  vector<T>(number: number, stride: number, read: (at: number) => T): T[] {
    const field = this.#field(number)
    if (field === null) return []
    const begin = field + this.view.getUint32(field, true)
    const count = this.view.getUint32(begin, true)
    if (begin + 4 + count * stride > this.view.byteLength)
      throw new RangeError('a vector is cut off')
    return Array.from({ length: count }, (_, at) => read(begin + 4 + at * stride))
  }
}

/** Of 64 bits, as a number that is exact. */
export function readLong(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true))
  if (!Number.isSafeInteger(value)) throw new RangeError('a number is too large')
  return value
}
