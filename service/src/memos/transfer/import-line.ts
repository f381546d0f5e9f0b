/** Reads one line of an import: a memo as an export writes it, or with no more than a title and content. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { refuse } from '../../http/input/faults.ts';
import { Problem, invalid } from '../../http/errors/problem.ts';
import { checkContent, checkedBody, memoCreate } from '../schemas.ts';
import { parseInstant } from '../storage/times.ts';
import type { NewMemo } from '../storage/writes.ts';

/** No id is given twice, and one far beyond all others would use up what is between. */
const LARGEST_ID = 2 ** 50;

const instant = z.string().transform((text, context) => {
  const at = parseInstant(text);
  if (at !== undefined) return at.toISOString();
  refuse(context, { code: 'datetime_parsing' });
  return z.NEVER;
});

/** As in a create any other field is ignored. */
export const memoImport = memoCreate.extend({
  id: z.int().min(1).max(LARGEST_ID).exactOptional(),
  created_at: instant.exactOptional(),
  updated_at: instant.exactOptional(),
});

/** Undefined: an empty line. @throws Problem what is wrong with it */
export function readLine(bytes: Buffer | undefined, maxContentBytes: number): NewMemo | undefined {
  if (bytes === undefined) throw new Problem('body-too-large');
  if (!isUtf8(bytes)) throw new Problem('not-utf8');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return undefined;
  const memo = checkedBody(memoImport, jsonOf(text));
  checkContent(memo.content, maxContentBytes);
  const { created_at = memo.updated_at, updated_at = created_at } = memo;
  if (created_at === undefined || updated_at === undefined) return memo;
  return { ...memo, created_at, updated_at };
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // SyntaxError, or RangeError for what is nested too deeply.
    throw invalid({ loc: ['body'], code: 'json_invalid' });
  }
}
