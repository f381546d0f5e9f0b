/** Just enough of ASN.1's distinguished encoding rules (X.690) to write an X.509 certificate, which Node can only read. */

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

export function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

/** An explicitly tagged, constructed member: `[number]`. */
export function explicit(number: number, ...parts: readonly Buffer[]): Buffer {
  return tagged(0xa0 + number, ...parts);
}

/** An implicitly tagged, primitive member: `[number] IMPLICIT`. */
export function implicit(number: number, content: Buffer): Buffer {
  return tagged(0x80 + number, content);
}

export function integer(value: number | Buffer): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : value;
  // A leading bit of 1 would make the number negative.
  return tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

export function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

/** @param unusedBits how many low bits of the last byte carry nothing. */
export function bits(content: Buffer, unusedBits = 0): Buffer {
  return tagged(0x03, Buffer.from([unusedBits]), content);
}

export function text(value: string): Buffer {
  return tagged(0x0c, Buffer.from(value, 'utf8'));
}

/** Years up to 2049 are written in two digits (RFC 5280, 4.1.2.5), later ones in four. */
export function time(value: Date): Buffer {
  const stamp = value.toISOString().replace(/[-:T]|\.\d+/g, '');
  if (value.getUTCFullYear() < 2050) return tagged(0x17, Buffer.from(stamp.slice(2)));
  return tagged(0x18, Buffer.from(stamp));
}

/** @param dotted for example `2.5.4.3`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
}

function length(value: number): number[] {
  if (value < 0x80) return [value];
  const bytes: number[] = [];
  for (let left = value; left > 0; left >>= 8) bytes.unshift(left & 0xff);
  return [0x80 + bytes.length, ...bytes];
}
