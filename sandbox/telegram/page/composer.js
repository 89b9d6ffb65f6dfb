// The text box: grows with its text, sends on Enter, suggests commands after a slash.

const form = document.querySelector('#composer')
const box = document.querySelector('#text')
const list = document.querySelector('#suggestions')

let commands = []
let chosen = 0

export function setCommands(known) {
  commands = known
  suggest()
}

/** `send` is called with each text the person sends. */
export function startComposer(send) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit(send)
  })
  box.addEventListener('input', () => {
    chosen = 0
    fit()
    suggest()
  })
  box.addEventListener('keydown', (event) => {
    if (handleKey(event, send)) event.preventDefault()
  })
  list.addEventListener('click', (event) => {
    const item = event.target.closest('[role=option]')
    if (item) complete(item.dataset.command)
  })
}

function submit(send) {
  const text = box.value.trim()
  if (text) send(text)
  replace('')
}

function handleKey(event, send) {
  const found = list.hidden ? [] : matching()
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (found.length > 0 && step) {
    chosen = (chosen + step + found.length) % found.length
    suggest()
    return true
  }
  if (event.key === 'Escape') {
    list.hidden = true
    return true
  }
  const typed = box.value.trim() === `/${found[chosen]?.command}`
  if (found.length > 0 && (event.key === 'Tab' || (event.key === 'Enter' && !typed))) {
    complete(found[chosen].command)
    return true
  }
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return false
  submit(send)
  return true
}

/** What is typed whole comes first, whatever longer command begins so: Enter sends it. */
function matching() {
  const [, start] = /^\/(\w*)$/.exec(box.value) ?? []
  if (start === undefined) return []
  const found = commands.filter(({ command }) => command.startsWith(start))
  return [...found.filter(isWhole), ...found.filter((one) => !isWhole(one))]
}

function isWhole({ command }) {
  return box.value === `/${command}`
}

function suggest() {
  const found = matching()
  list.replaceChildren(...found.map(renderSuggestion))
  list.hidden = found.length === 0
  list.children[chosen]?.scrollIntoView({ block: 'nearest' })
}

function renderSuggestion({ command, description }, index) {
  const item = document.createElement('div')
  const name = document.createElement('b')
  const meaning = document.createElement('span')
  item.role = 'option'
  item.tabIndex = -1
  item.ariaSelected = String(index === chosen)
  item.dataset.command = command
  name.textContent = `/${command}`
  meaning.textContent = description
  item.append(name, meaning)
  return item
}

function complete(command) {
  replace(`/${command} `)
}

function replace(text) {
  box.value = text
  fit()
  suggest()
  box.focus()
}

function fit() {
  box.style.height = 'auto'
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`
}
