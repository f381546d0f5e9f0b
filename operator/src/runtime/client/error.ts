/** The one error of the client: an answer of the API server that is not a success, or no answer at all. */

/** `Status` as the API server sends it, read with care: proxies in between answer other things. */
export interface StatusDetails {
  name?: string;
  kind?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}

export interface ApiErrorFields {
  /** HTTP status; 0 when no answer came (reset, refused, timed out). */
  code: number;
  /** The machine reason: `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, ..., or `Timeout`, `ConnectionFailed`, `Aborted`. */
  reason: string;
  message: string;
  details?: StatusDetails;
  /** What `Retry-After` asked for, in milliseconds. */
  retryAfter?: number;
  cause?: unknown;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  readonly retryAfter: number | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.code = fields.code;
    this.reason = fields.reason;
    this.details = fields.details;
    this.retryAfter = fields.retryAfter;
  }
}

/** Whether `error` is an {@link ApiError} with this reason. */
export function hasReason(error: unknown, ...reasons: string[]): error is ApiError {
  return error instanceof ApiError && reasons.includes(error.reason);
}

/** 404: the object (or its whole kind) is not there. */
export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 404;
}

/** 410: the resource version is older than what the API server still knows. */
export function isExpired(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 410;
}

/** 403: the account has no right to it. */
export function isForbidden(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 403;
}
