// JSON as the venue writes it: numbers of orders and trades may have more digits than a double holds.

declare global {
  interface JSON {
    rawJSON(text: string): unknown
  }
}

export function toJson(body: unknown): string {
  return JSON.stringify(body, (_key, value) =>
    typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value,
  )
}
