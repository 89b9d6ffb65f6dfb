// What stored candles and files of candles are refused with. docs/errors.md explains each code.

export const DATA_CODES = [
  'candles_missing',
  'candles_locked',
  'candles_damaged',
  'candles_version',
  'candles_impossible',
  'candles_unreadable',
  'candles_conflict',
  'exchange_unknown',
  'download_interrupted',
] as const
