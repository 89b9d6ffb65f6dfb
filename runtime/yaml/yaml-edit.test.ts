// Adding to what a person wrote: nothing else may move by a character.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { addToYaml, setInYaml } from './yaml-edit.ts'

test('adds to a list on one line', () => {
  expect(addToYaml('# a\nmarkets: [A/B,  C/D]   # mine\nx: 1\n', ['markets'], ['E/F', 'G/H'])).toBe(
    '# a\nmarkets: [A/B,  C/D, E/F, G/H]   # mine\nx: 1\n',
  )
})

test('adds to a list of lines, with its indentation and behind its comments', () => {
  expect(addToYaml('markets:\n    - A/B # first\nx: 1\n', ['markets'], ['C/D'])).toBe(
    'markets:\n    - A/B # first\n    - C/D\nx: 1\n',
  )
  expect(addToYaml('markets:\n- A/B', ['markets'], ['C/D'])).toBe('markets:\n- A/B\n- C/D\n')
})

test('adds lines to a section, comments too', () => {
  const text =
    'streams:\n  home/a: { allocation: 5 } # one\n  # home/b: { allocation: 6 }\n\nx: 1\n'
  expect(addToYaml(text, ['streams'], ['# new', 'p/c: { allocation: 7 }'])).toBe(
    'streams:\n  home/a: { allocation: 5 } # one\n  # new\n  p/c: { allocation: 7 }\n  # home/b: { allocation: 6 }\n\nx: 1\n',
  )
})

test('adds behind a section of several levels', () => {
  const text = 'streams:\n  home/a:\n    allocation: 5\n    markets:\n      - A/B\nx: 1\n'
  expect(addToYaml(text, ['streams'], ['p/c: { allocation: 7 }'])).toBe(
    'streams:\n  home/a:\n    allocation: 5\n    markets:\n      - A/B\n  p/c: { allocation: 7 }\nx: 1\n',
  )
})

test('a section on one line takes no comments', () => {
  expect(addToYaml('s: { a: { x: 1 } }\n', ['s'], ['# new', 'b: { x: 2 }'])).toBe(
    's: { a: { x: 1 }, b: { x: 2 } }\n',
  )
})

test('keeps the line ends of the file', () => {
  expect(addToYaml('m:\r\n  - A\r\nx: 1\r\n', ['m'], ['B'])).toBe(
    'm:\r\n  - A\r\n  - B\r\nx: 1\r\n',
  )
})

test('fills an empty section or list with lines', () => {
  expect(
    addToYaml('# a\nstreams: {}  # none yet\nx: 1\n', ['streams'], ['# new', 'p/c: { y: 7 }']),
  ).toBe('# a\nstreams:  # none yet\n  # new\n  p/c: { y: 7 }\nx: 1\n')
  expect(addToYaml('m: []', ['m'], ['B'])).toBe('m:\n  - B\n')
})

test('adds nothing where there is no list, or the file is broken', () => {
  for (const text of ['x: 1\n', 'm:\n', 'm: [A\n', 'm: A\n'])
    expect(addToYaml(text, ['m'], ['B']), text).toBeNull()
})

test('whatever is there stays, and what is added is there', () => {
  const space = fc.constantFrom('', ' ', '  ')
  const item = fc.stringMatching(/^[A-Z]{1,5}\/[A-Z]{1,5}$/)
  const list = fc.oneof(
    fc
      .tuple(fc.array(item, { minLength: 1 }), space, space)
      .map(([all, a, b]) => `[${a}${all.join(`,${a}`)}${b}]`),
    fc
      .tuple(fc.array(item, { minLength: 1 }), space)
      .map(([all, a]) => all.map((one) => `\n${a}- ${one}${a}# x`).join('')),
  )
  fc.assert(
    fc.property(list, item, fc.boolean(), (written, added, more) => {
      const text = `a: 1\nm: ${written}\n${more ? 'z: [1]\n# end' : ''}`
      const next = addToYaml(text, ['m'], [added])
      expect(next).not.toBeNull()
      const [before, after] = [parse(text), parse(next ?? '')]
      expect(after).toEqual({ ...before, m: [...before.m, added] })
    }),
  )
})

test('sets one value, and nothing else moves', () => {
  const text = 'limits:\n  order: 500   # one\n  day: 2000\ns: { a: { x: 1 } }\n# end\n'
  expect(setInYaml(text, ['limits', 'order'], '7')).toBe(text.replace('500', '7'))
  expect(setInYaml(text, ['s', 'a', 'x'], '22')).toBe(text.replace('x: 1', 'x: 22'))
  expect(setInYaml('a: "x"\n', ['a'], 'always')).toBe('a: always\n')
})

test('adds a value that is not there to its section, or to the end of the file', () => {
  expect(setInYaml('limits:\n  order: 5\nx: 1\n', ['limits', 'hour'], '7')).toBe(
    'limits:\n  order: 5\n  hour: 7\nx: 1\n',
  )
  expect(setInYaml('x: 1\n# end\n', ['collar'], '0.5 %')).toBe('x: 1\n# end\ncollar: 0.5 %\n')
})

test('sets nothing where a section stands, where there is none, or the file is broken', () => {
  expect(setInYaml('a: { b: 1 }\n', ['a'], '5')).toBeNull()
  expect(setInYaml('a: 1\n', ['b', 'c'], '5')).toBeNull()
  expect(setInYaml('a: [1\n', ['a'], '5')).toBeNull()
})
