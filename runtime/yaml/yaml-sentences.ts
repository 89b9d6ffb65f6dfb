// What the YAML parser and the schema library say, in words for whoever wrote the file.

export const TOO_DEEP = 'it is nested too deep'

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'a section of settings',
  record: 'a section of settings',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

/** What the schema library says of kinds, choices and limits, as the schemas themselves speak. */
export function inPlainWords(message: string): string {
  return message
    .replace(/^Invalid option: expected one of (.*)$/, (_, choices: string) => {
      return `expected one of ${choices.replaceAll('|', ', ')}`
    })
    .replace(
      /^Invalid input: expected (\w+), received (\w+)$/,
      (_, expected: string, got: string) => {
        const kind = `expected ${KINDS[expected] ?? expected}`
        if (got === 'undefined') return `it is missing: ${kind}`
        const isWritten = expected === 'string' && ['number', 'boolean'].includes(got)
        return isWritten ? `${kind}: write it in quotes` : kind
      },
    )
    .replace(
      /^Too small: expected string to have >=1 characters$/,
      'expected a text, and it is empty',
    )
    .replace(/^Too big: expected (?:number|int) to be <=(\S+)$/, 'expected at most $1')
    .replace(/^Too big: expected (?:number|int) to be <(\S+)$/, 'expected less than $1')
    .replace(/^Too small: expected (?:number|int) to be >=(\S+)$/, 'expected at least $1')
    .replace(/^Too small: expected (?:number|int) to be >(\S+)$/, 'expected more than $1')
}

/** Hints for common mistakes. */
const HINTS: Readonly<Record<string, string>> = {
  BAD_SCALAR_START: 'a value that begins with a sign belongs in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value with a colon in it belongs in quotes',
  BAD_DQ_ESCAPE: 'a value with a backslash in it belongs in single quotes',
  TAB_AS_INDENT: 'begin the line with spaces',
}

const NO_COLON = 'a setting without a colon behind its name: write "name: value"'

/** Plain sentences in place of the parser's technical ones. */
const SAID: Readonly<Record<string, string>> = {
  BAD_INDENT:
    'it does not begin under the settings that it belongs to, or a bracket before it is not closed',
  MULTILINE_IMPLICIT_KEY: NO_COLON,
  MULTIPLE_DOCS: 'a second document begins here, and settings are one',
  TAG_RESOLVE_FAILED: 'a value that begins with "!" belongs in quotes',
  UNEXPECTED_TOKEN:
    'this cannot stand here: a value that has brackets, quotes or a dash in it belongs in quotes as a whole',
}

/** The first line of what the parser says. The place is told apart. */
export function syntaxSentence({ code, message }: { code: string; message: string }): string {
  const said = message.split('\n')[0] ?? message
  if (/call stack/i.test(said)) return TOO_DEEP
  if (said.startsWith('Implicit map keys')) return NO_COLON
  if (code in SAID) return SAID[code] ?? said
  return code in HINTS ? `${said}: ${HINTS[code]}` : said
}
