/** The two shapes of an error reply: FastAPI's for the clients of the original, RFC 9457's for those who ask for it. */
import type { IncomingHttpHeaders } from 'node:http';
import { DatabaseUnavailable, DataTooLarge } from '../../db/errors.ts';
import { PROBLEMS, Problem, faultMessage, invalid } from './problem.ts';
import type { Fault, Language } from './problem.ts';

/** Seconds after which asking again is worth it; a pod of the database is back no sooner. */
const RETRY_AFTER = '2';
const PROBLEM_JSON = 'application/problem+json';

export interface ErrorReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The refusal that an error stands for; whatever is not known is an internal error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseUnavailable) {
    return new Problem('unavailable', { headers: { 'Retry-After': RETRY_AFTER } });
  }
  if (error instanceof DataTooLarge) return new Problem('content-too-large');
  // The router decodes path parameters: the only parameter there is, is an id.
  if (error instanceof URIError) return invalid({ loc: ['path', 'memo_id'], code: 'int_parsing' });
  return new Problem('internal');
}

/** The reply in the shape and the language that the client asked for. */
export function errorReply(problem: Problem, headers: IncomingHttpHeaders, path: string): ErrorReply {
  const language = languageOf(headers['accept-language']);
  const asked = wantsProblemJson(headers.accept);
  const { status } = PROBLEMS[problem.code];
  const content = asked ? problemDetails(problem, language, path) : fastApiDetail(problem, language);
  return {
    status,
    contentType: asked ? PROBLEM_JSON : 'application/json',
    body: Buffer.from(JSON.stringify(content)),
    headers: { ...problem.headers, 'Content-Language': language, Vary: 'Accept, Accept-Language, Origin' },
  };
}

/** `detail` as the clients of the original read it: a text, or a list of faults. */
export function fastApiDetail(problem: Problem, language: Language): object {
  if (problem.code !== 'invalid') return { detail: PROBLEMS[problem.code].detail[language] };
  return {
    detail: problem.faults.map((fault) => ({
      loc: fault.loc,
      msg: faultMessage(fault, language),
      type: fault.code,
    })),
  };
}

function problemDetails(problem: Problem, language: Language, path: string): object {
  const { status, title, detail } = PROBLEMS[problem.code];
  return {
    type: `urn:memo:problem:${problem.code}`,
    title,
    status,
    detail: detail[language],
    instance: path,
    ...(problem.faults.length === 0
      ? {}
      : {
          errors: problem.faults.map((fault) => ({
            pointer: pointer(fault),
            detail: faultMessage(fault, language),
            code: fault.code,
          })),
        }),
  };
}

/** A JSON pointer into the body as RFC 9457 shows it; parameters keep their place as the first part. */
function pointer({ loc: [place, ...path] }: Fault): string {
  const parts = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return place === 'body' ? `#${parts}` : `/${place}${parts}`;
}

/** Only a client that names the type gets it: `Accept: *` stands for the original's shape. */
function wantsProblemJson(accept: string | undefined): boolean {
  return accept !== undefined && /application\/problem\+json(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accept);
}

/** Korean or English, whichever the client likes better; English when it says nothing (RFC 9110 section 12.5.4). */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'en';
  let [best, language]: [number, Language] = [0, 'en'];
  for (const part of acceptLanguage.split(',').slice(0, 20)) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const known =
      tag === 'ko' || tag.startsWith('ko-') ? 'ko' : tag === 'en' || tag.startsWith('en-') ? 'en' : undefined;
    if (known === undefined) continue;
    const weight = Number(/^\s*q=([\d.]+)/.exec(parameters.join(';'))?.[1] ?? '1');
    if (weight > best) [best, language] = [weight, known];
  }
  return language;
}
