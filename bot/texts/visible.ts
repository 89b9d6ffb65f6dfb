// Takes out characters that nobody sees, such as marks of direction: keyboards for right-to-left text and copies from
// pages add them.

export function visible(text: string): string {
  return text.replace(/\p{Cf}/gu, '')
}
