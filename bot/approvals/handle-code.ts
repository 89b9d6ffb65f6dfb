// Six digits from the owner are the code of an order that waits for one.
import { Composer, type Context } from 'grammy'
import { putMessage } from '../store/messages.ts'
import { answerDigits, type CodeDeps } from './code.ts'

const SIX_DIGITS = /^\s*(\d{3}) ?(\d{3})\s*$/

export function codeHandlers(deps: CodeDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('message:text', async (ctx, next) => {
    const [digits, first, last] = SIX_DIGITS.exec(ctx.msg.text) ?? []
    if (digits === undefined) return next()
    const said = answerDigits(deps, {
      code: `${first}${last}`,
      user: ctx.from.id,
      chat: ctx.chat.id,
      message: ctx.msg.message_id,
      repliesTo: ctx.msg.reply_to_message?.message_id,
      at: ctx.msg.date,
    })
    if (said === null) return
    putMessage(deps.store, { chat: ctx.chat.id, content: { html: said.text } }, deps.clock.now())
    deps.wake()
  })
  return composer
}
