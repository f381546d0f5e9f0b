/** What a reply on a path without a version says of it, where such paths are deprecated. */
import type { ServerResponse } from 'node:http';
import type { Target } from './paths.ts';

/** When the paths with a version became the ones to use: the day of the first release that has them. */
const DEPRECATED_SINCE = new Date('2026-12-01T00:00:00Z');

/**
 * `Deprecation` (RFC 9745), `Sunset` (RFC 8594) where the day is known, and the path to use instead (RFC 5829).
 * @returns what sets them
 */
export function deprecation(sunset: Date | undefined): (response: ServerResponse, target: Target) => void {
  const since = `@${DEPRECATED_SINCE.getTime() / 1000}`;
  return (response, { path, prefix }) => {
    response.setHeader('Deprecation', since);
    if (sunset !== undefined) response.setHeader('Sunset', sunset.toUTCString());
    response.appendHeader('Link', `<${prefix}/v1${path}>; rel="successor-version"`);
  };
}
