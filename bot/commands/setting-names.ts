// What a trader calls the settings of the policy behind /limits.

/** As a trader calls them; `unit` is what policy.yaml writes behind the number. */
export const SETTING_NAMES: ReadonlyMap<string, { readonly setting: string; readonly unit?: '%' }> =
  new Map([
    ['order', { setting: 'limits.order' }],
    ['hour', { setting: 'limits.hour' }],
    ['day', { setting: 'limits.day' }],
    ['position', { setting: 'limits.position' }],
    ['loss', { setting: 'limits.day_loss' }],
    ['drawdown', { setting: 'limits.drawdown' }],
    ['minute', { setting: 'limits.orders_per_minute' }],
    ['orders', { setting: 'limits.orders_per_day' }],
    ['trips', { setting: 'limits.round_trips' }],
    ['collar', { setting: 'collar', unit: '%' }],
    ['spread', { setting: 'spread', unit: '%' }],
    ['stop', { setting: 'max_stop_distance', unit: '%' }],
    ['size', { setting: 'fat_finger' }],
  ])

/** The word for a setting behind /limits; null where there is none. */
export function nameOf(setting: string): string | null {
  const found = [...SETTING_NAMES].find(([, one]) => one.setting === setting)
  if (found !== undefined) return found[0]
  return /^streams\.([^.]+)\.allocation$/.exec(setting)?.[1] ?? null
}

/** Which settings /confirm shows. */
export const CONFIRM = 'confirm'
