// Kinds of facts that older journals hold and this Keyside does without. Facts are never rewritten, so they stay there.

const RETIRED: readonly string[] = [
  // Tries to make up for a missed exit were counted, before a position remembered that it is to be sold.
  'head_exit',
]

export function isRetired(type: string): boolean {
  return RETIRED.includes(type)
}
