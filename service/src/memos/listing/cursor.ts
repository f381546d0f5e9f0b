/** Where a page ends, as an opaque text for its reader. It is bound to the order and the filters that it was made under. */
import { createHash } from 'node:crypto';
import type { Order, Position, SortKey } from './order.ts';

/** Raised when a cursor comes to mean something else: older ones are then refused and never misread. */
const VERSION = 1;
const SEAL_BYTES = 9;
const HEAD_BYTES = 1 + SEAL_BYTES;

/** @param scope what the position belongs to: the same order and filters give the same text */
export function encodeCursor(scope: string, position: Position): string {
  const body = Buffer.from(JSON.stringify(position));
  return Buffer.concat([Buffer.of(VERSION), seal(scope, body), body]).toString('base64url');
}

/** Undefined: damaged, of another release, or of another scope. */
export function decodeCursor(scope: string, order: Order, cursor: string): Position | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url: only what comes out again as it was sent is whole.
  if (bytes[0] !== VERSION || bytes.toString('base64url') !== cursor) return undefined;
  const body = bytes.subarray(HEAD_BYTES);
  if (!bytes.subarray(1, HEAD_BYTES).equals(seal(scope, body))) return undefined;
  const position = jsonOf(body);
  return isPosition(order, position) ? position : undefined;
}

/** Undefined where there is none: anybody can seal anything. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // SyntaxError, or RangeError for what is nested too deeply.
    return undefined;
  }
}

/** Against mistakes and not against forgers: a cursor is a place in a list and grants nothing. */
function seal(scope: string, body: Buffer): Buffer {
  return createHash('sha256').update(scope).update('\0').update(body).digest().subarray(0, SEAL_BYTES);
}

function isPosition(order: Order, value: unknown): value is Position {
  return Array.isArray(value) && value.length === order.length && order.every((key, index) => fits(key, value[index]));
}

function fits({ column }: SortKey, value: unknown): boolean {
  switch (column) {
    case 'id':
    case 'priority':
      return Number.isSafeInteger(value);
    case 'title':
      return typeof value === 'string';
    case 'created_at':
    case 'updated_at':
    case 'deleted_at':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/.test(value);
  }
}
