// Builds the nodes of a formatted text from its entities; no text is ever read as HTML.

const PLAIN_TAGS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
}

const BLOCKS = new Set(['PRE', 'BLOCKQUOTE'])

/** `onCommand` is called with a tapped command such as `/status`. */
export function renderText(text, entities, onCommand) {
  const fragment = document.createDocumentFragment()
  fragment.append(...nodesBetween(text, entities ?? [], 0, text.length, onCommand))
  return fragment
}

/** Entities come sorted, outer before inner; whatever sticks out of its parent is cut. */
function nodesBetween(text, entities, from, to, onCommand) {
  const nodes = []
  let at = from
  let rest = entities
  while (rest.length > 0) {
    const [entity, ...later] = rest
    const end = Math.min(entity.offset + entity.length, to)
    const start = Math.max(entity.offset, at)
    const inner = later.filter((other) => other.offset < end)
    rest = later.filter((other) => other.offset >= end)
    if (start >= end) continue
    if (start > at) nodes.push(text.slice(at, start))
    const element = createElement(entity, text.slice(start, end), onCommand)
    element.append(...nodesBetween(text, inner, start, end, onCommand))
    nodes.push(element)
    // A block ends its own line: Telegram swallows the line break behind it.
    at = BLOCKS.has(element.tagName) && text[end] === '\n' ? Math.min(end + 1, to) : end
  }
  if (at < to) nodes.push(text.slice(at, to))
  return nodes
}

function createElement(entity, content, onCommand) {
  if (entity.type === 'text_link' || entity.type === 'url') return link(entity.url ?? content)
  if (entity.type === 'spoiler') return spoiler()
  if (entity.type === 'bot_command') return command(content, onCommand)
  return document.createElement(PLAIN_TAGS[entity.type] ?? 'span')
}

function link(url) {
  const element = document.createElement('a')
  const safe = /^(https?|tg|mailto):/i.test(url)
  if (safe) element.href = url
  element.target = '_blank'
  element.rel = 'noreferrer noopener'
  return element
}

function spoiler() {
  const element = document.createElement('span')
  element.className = 'spoiler'
  element.tabIndex = 0
  element.role = 'button'
  element.ariaLabel = 'Hidden text, press to show'
  element.addEventListener('click', () => {
    element.classList.add('shown')
    element.removeAttribute('aria-label')
  })
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') element.click()
  })
  return element
}

function command(content, onCommand) {
  const element = document.createElement('button')
  element.type = 'button'
  element.className = 'command'
  element.addEventListener('click', () => onCommand(content))
  return element
}
