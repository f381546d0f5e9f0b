/** The headers of replies, as components of the document. */
import type { HeaderObject, ReferenceObject } from 'openapi3-ts/oas31';

function text(description: string, pattern?: string): HeaderObject {
  return { description, schema: { type: 'string', ...(pattern !== undefined && { pattern }) } };
}

function seconds(description: string): HeaderObject {
  return { description, schema: { type: 'integer', minimum: 0 } };
}

export const HEADERS = {
  'X-Request-Id': text("The request's id in the logs: the client's own `X-Request-Id` where it sent a plain one."),
  ETag: text('The version of the memo, a strong entity tag for `If-Match` and `If-None-Match`.', '^"\\d+-\\d+"$'),
  Location: text('Where the new memo is, in the form of path that the request had.'),
  Link: text('The next page, as `<…>; rel="next"` (RFC 8288), while there may be one.'),
  'Accept-Patch': text('The types of body that a PATCH may have (RFC 5789).'),
  'X-Accel-Buffering': text('For a proxy: pass the stream on as it comes.', '^no$'),
  'Content-Language': text('The language of the message: `en` or `ko`, by `Accept-Language`.', '^(?:en|ko)$'),
  'Retry-After': seconds('Seconds to wait before the request is sent again.'),
  'WWW-Authenticate': text('What is wrong with the token (RFC 6750 section 3).', '^Bearer'),
  RateLimit: text(
    'Requests left in this window and the seconds until the next (draft-ietf-httpapi-ratelimit-headers).',
  ),
  'RateLimit-Policy': text('The quota `q` of requests in a window of `w` seconds.'),
  'Cache-Control': text('Whether and for how long a reply may be kept.'),
} as const satisfies Readonly<Record<string, HeaderObject>>;

export type HeaderName = keyof typeof HEADERS;

/** References to headers, as a response holds them. */
export function headerReferences(names: readonly HeaderName[]): Record<string, ReferenceObject> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
