/** Checks what a client sent against a zod schema, and says its faults in the words of FastAPI. */
import type { z } from 'zod';
import { invalid } from '../errors/problem.ts';
import type { BoundFaultCode, Fault, FaultLocation, PlainFaultCode } from '../errors/problem.ts';

/** What a check of our own raises, beside those of zod. */
export type FaultDetail = { readonly code: PlainFaultCode } | { readonly code: BoundFaultCode; readonly bound: number };

/** Carries a fault through zod, which knows the parameters of an issue as anything. */
class Refusal {
  readonly detail: FaultDetail;

  constructor(detail: FaultDetail) {
    this.detail = detail;
  }
}

/** Refuses a value from within a schema. */
export function refuse(context: z.RefinementCtx, detail: FaultDetail): void {
  context.addIssue({ code: 'custom', params: { refusal: new Refusal(detail) } });
}

/**
 * The value as the schema takes it.
 * @param place where the value stood in the request
 * @throws Problem invalid (422) with every fault
 */
export function checked<T>(schema: z.ZodType<T>, value: object, place: FaultLocation[0]): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A number beyond every bound breaks zod's own bound of integers first: one fault a place, the last being ours.
  const faults = new Map(result.error.issues.map((issue) => [issue.path.join('/'), faultOf(issue, value, place)]));
  throw invalid(...faults.values());
}

const TYPE_CODES: Readonly<Record<string, PlainFaultCode>> = {
  string: 'string_type',
  number: 'int_type',
  int: 'int_type',
  boolean: 'bool_type',
  array: 'list_type',
};

function faultOf(issue: z.core.$ZodIssue, value: object, place: FaultLocation[0]): Fault {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const loc: FaultLocation = [place, ...path];
  const refusal: unknown = issue.code === 'custom' ? issue.params?.['refusal'] : undefined;
  if (refusal instanceof Refusal) return { loc, ...refusal.detail };
  if (issue.code === 'too_small') return { loc, code: 'greater_than_equal', bound: Number(issue.minimum) };
  if (issue.code === 'too_big' && issue.origin === 'array')
    return { loc, code: 'too_long', bound: Number(issue.maximum) };
  if (issue.code === 'too_big') return { loc, code: 'less_than_equal', bound: Number(issue.maximum) };
  // Only members of the value itself are required.
  if (issue.code === 'invalid_type') {
    if (isAbsent(value, path)) return { loc, code: 'missing' };
    const code = TYPE_CODES[issue.expected] ?? 'string_type';
    return { loc, code: PARSING_CODES[code]?.[typeof valueAt(value, path)] ?? code };
  }
  return { loc, code: 'model_attributes_type' };
}

/** What is wrong with a value of a type that is read, by the type that is expected. */
const PARSING_CODES: Readonly<Partial<Record<PlainFaultCode, Readonly<Record<string, PlainFaultCode>>>>> = {
  int_type: { string: 'int_parsing', number: 'int_from_float' },
  bool_type: { string: 'bool_parsing', number: 'bool_parsing' },
};

function valueAt(value: object, [name]: readonly (string | number)[]): unknown {
  return name === undefined ? undefined : Object.getOwnPropertyDescriptor(value, name)?.value;
}

function isAbsent(value: object, [name, ...deeper]: readonly (string | number)[]): boolean {
  return name !== undefined && deeper.length === 0 && !Object.hasOwn(value, name);
}
