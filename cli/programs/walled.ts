// What a process knows of its own walls.

/** Whether this process has some. */
export function isWalled(): boolean {
  return process.permission !== undefined
}

/** Reports to the parent the error that ends this process, such as a broken wall. */
export function tellParent(what: { readonly code: string; readonly message: string }): void {
  process.send?.(what)
}
