// A fingerprint as two people compare it, on the phone or on two screens.

/** In groups of four. */
export function grouped(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(' ') ?? ''
}
