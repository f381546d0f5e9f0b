/** From what undici gives to JSON or an {@link ApiError}. */
import type { Dispatcher } from 'undici';
import { ApiError } from './error.ts';
import type { StatusDetails } from './error.ts';

/** The body of a success; throws an {@link ApiError} for anything else. */
export async function readAnswer(response: Dispatcher.ResponseData, what: string): Promise<unknown> {
  if (response.statusCode >= 200 && response.statusCode < 300) {
    const text = await response.body.text();
    return parseJson(text, what);
  }
  throw await readError(response, what);
}

/** The error that a non-success is, whoever sent it: the API server (`Status`) or something in between. */
export async function readError(response: Dispatcher.ResponseData, what: string): Promise<ApiError> {
  const text = await response.body.text();
  const status = asStatus(text);
  const retryAfter = retryAfterOf(response.headers['retry-after'], status.details);
  return new ApiError({
    code: response.statusCode,
    reason: status.reason ?? reasonOf(response.statusCode),
    message: `${what}: ${status.message ?? `HTTP ${response.statusCode} ${text.slice(0, 200)}`.trim()}`,
    ...(status.details && { details: status.details }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** The error that no answer at all is. */
export function connectionError(error: unknown, what: string, expired: boolean, aborted: boolean): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const reason = expired
    ? 'Timeout'
    : aborted
      ? 'Aborted'
      : neverConnected(error)
        ? 'ConnectionRefused'
        : 'ConnectionFailed';
  return new ApiError({ code: 0, reason, message: `${what}: ${message}`, cause: error });
}

/** Text that must be JSON. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ApiError({
      code: 0,
      reason: 'BadAnswer',
      message: `${what}: the answer is no JSON: ${text.slice(0, 200)}`,
      cause,
    });
  }
}

function neverConnected(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH'
  );
}

interface Status {
  reason?: string;
  message?: string;
  details?: StatusDetails;
}

function asStatus(text: string): Status {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status')
      return value as Status;
  } catch {
    // A proxy's page: the code is all there is to know.
  }
  return {};
}

function retryAfterOf(header: string | string[] | undefined, details: StatusDetails | undefined): number | undefined {
  const seconds = Number(typeof header === 'string' ? header : details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function reasonOf(code: number): string {
  const reasons: Record<number, string> = {
    400: 'BadRequest',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    410: 'Expired',
    422: 'Invalid',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  };
  return reasons[code] ?? (code >= 500 ? 'InternalError' : 'Unknown');
}
