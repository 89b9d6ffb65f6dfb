// Environment variables that stand above a line of config.yaml: of the home's own account, and of no other.

export function isSetting(variable: string): boolean {
  return /^KEYSIDE_[A-Z]+__/.test(variable)
}

export function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name)))
}
