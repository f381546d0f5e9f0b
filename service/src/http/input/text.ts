/** Text that a client sends: kept as sent, counted in characters. */
import { z } from 'zod';
import { refuse } from './faults.ts';

/** Any character but NUL: what JSON Schema can say of {@link text} beside its length. */
export const WITHOUT_NUL = '^[^\\u0000]*$';

/** Text of so many code points, without lone surrogates and NUL. No trimming, no normalisation. */
export function text(least: number, most = Infinity): z.ZodString {
  return z
    .string()
    .superRefine((value, context) => {
      // MariaDB would store `?` for a lone surrogate; NUL ends text in too many clients.
      if (!value.isWellFormed()) refuse(context, { code: 'string_unicode' });
      else if (value.includes('\0')) refuse(context, { code: 'string_nul' });
      else if (value.length < least) refuse(context, { code: 'string_too_short', bound: least });
      else if (value.length > most && codePoints(value) > most)
        refuse(context, { code: 'string_too_long', bound: most });
    })
    .meta({
      pattern: WITHOUT_NUL,
      ...(least > 0 && { minLength: least }),
      ...(most < Infinity && { maxLength: most }),
    });
}

/** Length of a text in characters as clients, and JSON Schema, count them. */
export function codePoints(value: string): number {
  let count = 0;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    // A high surrogate begins a pair; its second half is not counted.
    if (unit >= 0xd800 && unit <= 0xdbff) index += 1;
    count += 1;
  }
  return count;
}
