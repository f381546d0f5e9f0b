/** Kubernetes quantities: read, and written the way the API server prints them, so that equal ones compare equal. */

const binary: readonly (readonly [string, bigint])[] = [
  ['Ei', 1n << 60n],
  ['Pi', 1n << 50n],
  ['Ti', 1n << 40n],
  ['Gi', 1n << 30n],
  ['Mi', 1n << 20n],
  ['Ki', 1n << 10n],
];

/** Powers of ten of the decimal suffixes, largest first. */
const decimal: readonly (readonly [string, number])[] = [
  ['E', 18],
  ['P', 15],
  ['T', 12],
  ['G', 9],
  ['M', 6],
  ['k', 3],
  ['', 0],
  ['m', -3],
  ['u', -6],
  ['n', -9],
];

interface Parsed {
  /** In thousand-millionths, rounded up as the API server does. */
  readonly nano: bigint;
  readonly isBinary: boolean;
}

const form = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[EPTGMkmun]|[eE][+-]?\d+)?$/;
const nanoPerOne = 1_000_000_000n;
/** The API server takes anything larger for this. */
const largest = (2n ** 63n - 1n) * nanoPerOne;
/**
 * Beyond these powers of ten a number of as many digits as a spec takes is past {@link largest}, or next to nothing. To reckon
 * `1e9999999` out would hold up everything else for seconds.
 */
const furthest = 64;

function parse(quantity: number | string): Parsed {
  const match = form.exec(String(quantity));
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || (whole === '' && fraction === '')) throw new RangeError(`"${quantity}" is not a quantity`);
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const unit = binary.find(([name]) => name === suffix);
  if (unit) {
    const nano = divideUp(digits * unit[1] * nanoPerOne, 10n ** BigInt(fraction.length));
    return { nano: capped(nano), isBinary: true };
  }
  const exponent = /^[eE]./.test(suffix)
    ? Number(suffix.slice(1))
    : (decimal.find(([name]) => name === suffix)?.[1] ?? 0);
  const power = Math.min(furthest, Math.max(-furthest, exponent + 9 - fraction.length));
  const nano = power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power));
  return { nano: capped(nano), isBinary: false };
}

function capped(nano: bigint): bigint {
  return nano > largest ? largest : nano;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/** `1000m` as `1`, `0.5` as `500m`, `1024Mi` as `1Gi`. Throws RangeError on what is no quantity. */
export function canonicalQuantity(quantity: number | string): string {
  const { nano, isBinary } = parse(quantity);
  if (nano === 0n) return '0';
  if (isBinary && nano % nanoPerOne === 0n) {
    const bytes = nano / nanoPerOne;
    const [suffix, unit] = binary.find(([, size]) => bytes % size === 0n) ?? ['', 1n];
    return `${bytes / unit}${suffix}`;
  }
  const [suffix, power] = decimal.find(([, exponent]) => nano % 10n ** BigInt(exponent + 9) === 0n) ?? ['n', -9];
  return `${nano / 10n ** BigInt(power + 9)}${suffix}`;
}

/** Whole bytes (or whole ones of anything), rounded up. */
export function bytesOf(quantity: number | string): number {
  return Number(divideUp(parse(quantity).nano, nanoPerOne));
}

/** Negative, zero or positive, as `a` is smaller, equal or larger. */
export function compareQuantities(a: number | string, b: number | string): number {
  const difference = parse(a).nano - parse(b).nano;
  return difference < 0n ? -1 : Number(difference > 0n);
}
