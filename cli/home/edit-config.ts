// Changes single settings of config.yaml, and leaves its comments and everything else where they are.
import { join } from 'node:path'
import { readConfigText, writePrivate } from '@keyside/runtime'
import { type Document, parseDocument } from 'yaml'

export function editConfig(home: string, change: (config: Document) => void): void {
  const config = parseDocument(readConfigText(home))
  change(config)
  writePrivate(join(home, 'config.yaml'), config.toString({ lineWidth: 0 }))
}
