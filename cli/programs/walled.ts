// What a process knows of its own walls.

/** Whether this process has some. */
export function isWalled(): boolean {
  return process.permission !== undefined
}

/** Reports a broken wall to the parent, which ends this process. */
export function tellParent(what: { readonly code: string; readonly message: string }): void {
  process.send?.(what)
}
