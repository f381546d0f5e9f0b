/** The forms of a path: `/v1/...`, without a version, both under `/api`; a trailing slash or none. Never a redirect. */

/** What a request's target stands for. */
export interface Target {
  /** Path as the router knows it: `/memos`, `/memos/search`, `/memos/12`, `/health`; no slash at the end. */
  readonly path: string;
  /** With the question mark, or empty. */
  readonly query: string;
  /** What stands before the canonical path, to be kept in a `Location`. */
  readonly prefix: '' | '/api';
  /** A form without version of a path that has one. */
  readonly alias: boolean;
}

/** Reads a request target. Undefined: a path that the service never has. */
export function targetOf(url: string, aliases: boolean): Target | undefined {
  const mark = url.indexOf('?');
  const query = mark < 0 ? '' : url.slice(mark);
  let path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/')) path = pathOfAbsolute(path);
  let prefix: Target['prefix'] = '';
  if (path.startsWith('/api/')) {
    prefix = '/api';
    path = path.slice(4);
  }
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  if (path.startsWith('/v1/')) {
    path = path.slice(3);
    return isVersioned(path) ? { path, query, prefix, alias: false } : undefined;
  }
  if (!isVersioned(path)) return { path, query, prefix, alias: false };
  return aliases ? { path, query, prefix, alias: true } : undefined;
}

/** Whether a path without its version has one: the memos do, health and documents do not. */
export function isVersioned(path: string): boolean {
  return path === '/memos' || path.startsWith('/memos/');
}

/** A proxy may send the absolute form (RFC 9112 section 3.2.2). */
function pathOfAbsolute(target: string): string {
  return URL.canParse(target) ? new URL(target).pathname : '/';
}
