// How to claim the bot, for the terminal.

export function claimLines(code: string, bot: string): string[] {
  return [
    `Claim your bot: open https://t.me/${bot}?start=${code}`,
    `or send /start ${code} to @${bot}. The code lives ten minutes.`,
  ]
}
