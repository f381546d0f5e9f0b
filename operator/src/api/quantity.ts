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

function parse(quantity: number | string): Parsed {
  const match = form.exec(String(quantity));
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || (whole === '' && fraction === '')) throw new RangeError(`"${quantity}" is not a quantity`);
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const unit = binary.find(([name]) => name === suffix);
  if (unit) return { nano: divideUp(digits * unit[1] * nanoPerOne, 10n ** BigInt(fraction.length)), isBinary: true };
  const exponent = /^[eE]./.test(suffix)
    ? Number(suffix.slice(1))
    : (decimal.find(([name]) => name === suffix)?.[1] ?? 0);
  const power = exponent + 9 - fraction.length;
  return {
    nano: power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power)),
    isBinary: false,
  };
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
