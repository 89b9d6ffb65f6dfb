// Serves the chat page's own few files and nothing else.

import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { installed } from '@keyside/runtime'

const FILES: Record<string, readonly [file: string, type: string]> = {
  '/': ['chat.html', 'text/html; charset=utf-8'],
  '/chat.css': ['chat.css', 'text/css; charset=utf-8'],
  '/messages.css': ['messages.css', 'text/css; charset=utf-8'],
  '/chat.js': ['chat.js', 'text/javascript; charset=utf-8'],
  '/bubble.js': ['bubble.js', 'text/javascript; charset=utf-8'],
  '/formatting.js': ['formatting.js', 'text/javascript; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/composer.js': ['composer.js', 'text/javascript; charset=utf-8'],
}

/** No inline script, nothing from elsewhere, and no frame around it to steal clicks. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers and returns true when the path is one of the page's files. */
export async function servePage(path: string, response: ServerResponse): Promise<boolean> {
  const [file, type] = (Object.hasOwn(FILES, path) ? FILES[path] : undefined) ?? []
  if (!file || !type) return false
  const bytes = await readFile(installed(`sandbox/telegram/page/${file}`))
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
  response.end(bytes)
  return true
}
