// Keeps the page in step with the sandbox and sends what the person does.
import { renderMessage } from './bubble.js'
import { setCommands, startComposer } from './composer.js'

const TOAST_MS = 3500
const ACTION_MS = 5000
/** A bot that has not answered a press by now will hardly do it. */
const PRESS_MS = 10_000

const find = (id) => document.getElementById(id)
const address = new URLSearchParams(location.search)
const chat = `/sandbox/chat/${encodeURIComponent(address.get('user') ?? 'me')}`
const pressed = new Map()

const actions = {
  command: (text) => post('text', { text }),
  press: pressButton,
  toast: showToast,
}

const handlers = {
  snapshot: showSnapshot,
  message: ({ message }) => showMessage(message),
  deleted: ({ message_id }) => bubbleOf(message_id)?.remove(),
  pinned: ({ message_ids }) => showPinned(message_ids),
  commands: ({ commands }) => setCommands(commands),
  action: ({ action }) => showAction(action),
  answer: showAnswer,
}

function listen() {
  const events = new EventSource(`${chat}/events`)
  events.addEventListener('message', ({ data }) => {
    const event = JSON.parse(data)
    handlers[event.type]?.(event)
  })
  events.addEventListener('error', () => setState('lost', 'connection lost, trying again…'))
}

function showSnapshot({ bot, commands, messages, pinned }) {
  find('bot-name').textContent = bot.first_name
  find('avatar').textContent = bot.first_name.slice(0, 1).toUpperCase()
  document.title = `${bot.first_name} – sandbox chat`
  setState('online', `@${bot.username}`)
  setCommands(commands)
  find('messages').replaceChildren(...messages.map((message) => renderMessage(message, actions)))
  find('empty').hidden = messages.length > 0
  showPinned(pinned)
  scrollToEnd()
  followDeepLink()
}

/** The server sends it once; the address forgets it, so that a reload stays quiet. */
function followDeepLink() {
  const code = address.get('start')
  if (!code) return
  address.delete('start')
  history.replaceState(null, '', address.size > 0 ? `/?${address}` : '/')
  void post('start', { code })
}

function showMessage(message) {
  const old = bubbleOf(message.message_id)
  const scroller = find('scroller')
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120
  const drawn = renderMessage(message, actions)
  if (old) old.replaceWith(drawn)
  else find('messages').append(drawn)
  find('empty').hidden = true
  if (message.from?.is_bot) setState('online')
  if (atEnd || !message.from?.is_bot) scrollToEnd()
}

function bubbleOf(id) {
  return document.querySelector(`li[data-message-id="${id}"]`)
}

/** The newest first. */
function showPinned([newest, ...others]) {
  const bar = find('pinned')
  const bubble = newest === undefined ? null : bubbleOf(newest)
  bar.hidden = bubble === null
  if (bubble === null) return
  const line = (bubble.querySelector('.text')?.textContent ?? 'Photo').split('\n')[0]
  const count = others.length > 0 ? ` (1 of ${others.length + 1})` : ''
  bar.textContent = `📌 ${line}${count}`
  bar.onclick = () => bubble.scrollIntoView({ behavior: 'smooth', block: 'center' })
}

function scrollToEnd() {
  const scroller = find('scroller')
  scroller.scrollTop = scroller.scrollHeight
}

let calm
let stateText = ''

function setState(state, text = stateText) {
  clearTimeout(calm)
  if (state !== 'busy') stateText = text
  find('bot-state').dataset.state = state
  find('bot-state').textContent = text
}

function showAction(action) {
  setState('busy', action === 'typing' ? 'typing…' : `${action.replaceAll('_', ' ')}…`)
  calm = setTimeout(() => setState('online'), ACTION_MS)
}

async function pressButton(message, data, button) {
  button.classList.add('waiting')
  const answer = await post('press', { message_id: message.message_id, data })
  if (!answer) return button.classList.remove('waiting')
  pressed.set(answer.callback_query_id, button)
  setTimeout(() => release(answer.callback_query_id), PRESS_MS)
}

function release(id) {
  pressed.get(id)?.classList.remove('waiting')
  pressed.delete(id)
}

function showAnswer({ callback_query_id, text, show_alert }) {
  release(callback_query_id)
  if (!text) return
  if (!show_alert) return showToast(text)
  find('alert-text').textContent = text
  find('alert').showModal()
}

let toastTimer

function showToast(text) {
  clearTimeout(toastTimer)
  find('toast').textContent = text
  find('toast').classList.add('shown')
  toastTimer = setTimeout(() => find('toast').classList.remove('shown'), TOAST_MS)
}

async function post(action, body) {
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`${chat}/${action}`, request).catch(() => undefined)
  const answer = await response?.json().catch(() => undefined)
  if (response?.ok) return answer
  showToast(answer?.sentence ?? 'The sandbox does not answer. Is it still running?')
  return undefined
}

find('start').addEventListener('click', () => post('text', { text: '/start' }))
// A photo has its place before it is loaded only when the browser knows its shape; keep the end in view.
find('messages').addEventListener('load', scrollIfNearEnd, true)

function scrollIfNearEnd() {
  const scroller = find('scroller')
  if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 400) scrollToEnd()
}

startComposer((text) => post('text', { text }))
listen()
