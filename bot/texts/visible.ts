// What of a message is seen: keyboards for two directions, and copies from elsewhere, add signs that are not.

export function visible(text: string): string {
  return text.replace(/\p{Cf}/gu, '')
}
