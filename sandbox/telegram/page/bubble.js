// Draws one message: its photo, text, time and buttons.
import { renderText } from './formatting.js'

/** `actions` are `command(text)`, `press(message, data, element)` and `toast(text)`. */
export function renderMessage(message, actions) {
  if (message.pinned_message) return renderService(message, 'pinned a message')
  const item = create('li', message.from?.is_bot ? 'from-bot' : 'from-user')
  item.dataset.messageId = message.message_id
  const bubble = create('article', message.photo ? 'bubble with-photo' : 'bubble')
  const quote = renderQuote(message.reply_to_message)
  const text = renderBody(message, actions)
  const photo = renderPhoto(message)
  const media = message.show_caption_above_media ? [text, photo] : [photo, text]
  bubble.append(...[quote, ...media, renderFooter(message)].filter(Boolean))
  item.append(bubble)
  if (message.reply_markup) item.append(renderKeyboard(message, actions))
  return item
}

function renderService(message, text) {
  const item = create('li', 'service')
  item.dataset.messageId = message.message_id
  item.textContent = `${message.from.first_name} ${text}`
  return item
}

function renderQuote(message) {
  if (!message) return undefined
  const quote = create('p', 'quote')
  quote.textContent = message.text ?? message.caption ?? 'Photo'
  return quote
}

function renderBody(message, actions) {
  const text = message.text ?? message.caption
  if (!text) return undefined
  const body = create('div', 'text')
  body.append(renderText(text, message.entities ?? message.caption_entities, actions.command))
  return body
}

function renderPhoto(message) {
  const size = message.photo?.at(-1)
  if (!size) return undefined
  const frame = create('a', message.has_media_spoiler ? 'photo veiled' : 'photo')
  frame.href = `/sandbox/photo/${size.file_id}`
  frame.target = '_blank'
  frame.rel = 'noreferrer noopener'
  const image = create('img')
  image.src = frame.href
  image.width = size.width
  image.height = size.height
  image.alt = 'Photo from the bot, opens in full size'
  frame.append(image)
  return frame
}

function renderFooter(message) {
  const footer = create('footer')
  const time = create('time')
  const date = new Date(message.date * 1000)
  time.dateTime = date.toISOString()
  time.title = date.toLocaleString()
  time.textContent = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  footer.append(message.edit_date && message.from?.is_bot ? 'edited ' : '', time)
  return footer
}

function renderKeyboard(message, actions) {
  const keyboard = create('div', 'keyboard')
  for (const row of message.reply_markup.inline_keyboard) {
    const line = create('div', 'row')
    line.append(...row.map((button) => renderButton(message, button, actions)))
    keyboard.append(line)
  }
  return keyboard
}

function renderButton(message, button, actions) {
  const element = create('button', `inline ${button.style ?? ''}`.trim())
  element.type = 'button'
  element.textContent = button.url ? `${button.text} ↗` : button.text
  element.addEventListener('click', () => {
    if (button.callback_data !== undefined) actions.press(message, button.callback_data, element)
    else if (button.url) window.open(button.url, '_blank', 'noreferrer,noopener')
    else void copy(button.copy_text.text, actions)
  })
  return element
}

async function copy(text, actions) {
  await navigator.clipboard.writeText(text)
  actions.toast('Copied')
}

function create(tag, className = '') {
  const element = document.createElement(tag)
  if (className) element.className = className
  return element
}
