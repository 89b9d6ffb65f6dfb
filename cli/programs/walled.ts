// What a process knows of its own walls.

/** Whether this process has some. */
export function isWalled(): boolean {
  return process.permission !== undefined
}

/** To whoever started this process; it ends it. */
export function tellParent(what: { readonly code: string; readonly message: string }): void {
  process.send?.(what)
}
