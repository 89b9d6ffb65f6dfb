// What other folders may use of the bot.
export { checkTelegram, type TelegramCheck } from './check-telegram.ts'
export { type BotConfig, botConfig } from './config.ts'
export { releaseOwner } from './release-owner.ts'
export { type BotDeps, type RunningBot, startBot } from './start.ts'
export { BOT_CODES, BOT_LOG_CODES, BOT_START_CODES, type BotLogCode } from './texts/codes.ts'
