import type { IntentId } from '../gen';

/** A UUID v7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then dice. */
export function newIntentId(now = Date.now(), dice = crypto.getRandomValues(new Uint8Array(10))): IntentId {
  const time = now.toString(16).padStart(12, '0');
  const [a = 0, b = 0, c = 0, ...rest] = dice;
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  const [version, variant] = [0x70 | (a & 0x0f), 0x80 | (c & 0x3f)];
  const tail = rest.map(hex).join('');
  return [
    time.slice(0, 8),
    time.slice(8),
    hex(version) + hex(b),
    hex(variant) + tail.slice(0, 2),
    tail.slice(2),
  ].join('-');
}
