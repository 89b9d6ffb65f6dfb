// With what the process of a strategy in TypeScript begins: whoever starts an engine knows it too, and lets it begin no other.
import { readableCode } from './installation.ts'

/** Of its code's memory, MiB. */
export const CODE_MEMORY = 128

/** Nothing of the parent's, and nothing that opens more than it has. */
export const CONFINED_CODE: readonly string[] = [
  '--permission',
  ...readableCode().map((path) => `--allow-fs-read=${path}`),
  '--disallow-code-generation-from-strings',
  `--max-old-space-size=${CODE_MEMORY}`,
  '--disable-sigusr1',
  '--report-exclude-env',
  '--disable-warning=ExperimentalWarning',
]
