// Changes single settings of config.yaml, and leaves its comments and everything else where they are.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { type Document, parseDocument } from 'yaml'

export function editConfig(home: string, change: (config: Document) => void): void {
  const file = join(home, 'config.yaml')
  const config = parseDocument(readFileSync(file, 'utf8'))
  change(config)
  writePrivate(file, config.toString({ lineWidth: 0 }))
}
