// Names that are written from right to left, inside sentences that are not: kept apart, so that what stands around them keeps its place. No VS Code, no browser.

/** Letters from right to left, and the marks that turn the direction. */
const turning = /[\u0590-\u08FF\u200F\u202A-\u202E\u2066-\u2068\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const [firstStrongIsolate, popIsolate] = ['\u2068', '\u2069'];
/** A sentence that is a part of another has its names kept apart already. */
const alreadyIsolated = /\u2068[^\u2068\u2069]*\u2069/g;

/** Unchanged unless something in it would change the direction of its surroundings. */
export function isolated<Value extends string | number | boolean>(value: Value): Value | string {
  return typeof value === 'string' && turning.test(value.replaceAll(alreadyIsolated, '')) ? `${firstStrongIsolate}${value}${popIsolate}` : value;
}
