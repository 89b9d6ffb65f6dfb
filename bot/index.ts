// What other folders may use of the bot.
export { rasterize } from './charts/rasterize.ts'
export { checkTelegram } from './check-telegram.ts'
export { type BotConfig, botConfig } from './config.ts'
export { forgetKept } from './forget-device.ts'
export { releaseOwner } from './release-owner.ts'
export { BOT_CODES } from './texts/codes.ts'
