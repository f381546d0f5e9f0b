/** `/openapi.json` and `/docs`: open to everyone, made at the first request for them. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import { allowOnly } from '../methods.ts';
import { Problem } from '../errors/problem.ts';
import { whenNext } from '../pipelined.ts';
import { ClientGone, sendJson } from '../reply.ts';
import { openApiDocument } from './document.ts';
import type { DocumentOptions } from './document.ts';
import { packageFile, page, PAGE_POLICY, PAGE_SCRIPT } from './page.ts';

const METHODS = 'GET, HEAD, OPTIONS';
/** Both follow the release and its configuration. */
const ASK_AGAIN = { 'Cache-Control': 'no-cache' } as const;

export function documentRoutes(options: Omit<DocumentOptions, 'prefix'>): Router {
  const documents = new Map<DocumentOptions['prefix'], Buffer>();
  const document = (request: Request, response: Response): void => {
    const prefix = request.originalUrl.startsWith('/api/') ? '/api' : '';
    const body = documents.get(prefix) ?? Buffer.from(JSON.stringify(openApiDocument({ ...options, prefix })));
    documents.set(prefix, body);
    sendJson(response, 200, body, ASK_AGAIN);
  };
  const router = Router({ caseSensitive: true });
  router.route('/openapi.json').get(document).all(allowOnly(METHODS));
  router.route('/docs').get(docs).all(allowOnly(METHODS));
  router.route('/docs/:file').get(pageFile).all(allowOnly(METHODS));
  return router;
}

function docs(request: Request, response: Response): void {
  const slash = /^[^?#]*\/(?:[?#]|$)/.test(request.originalUrl);
  const headers = { ...ASK_AGAIN, 'Content-Security-Policy': PAGE_POLICY, 'Referrer-Policy': 'no-referrer' };
  sendJson(response, 200, Buffer.from(page(slash)), headers, 'text/html; charset=utf-8');
}

async function pageFile(request: Request, response: Response): Promise<void> {
  const name = String(request.params['file']);
  if (name === 'page.js') {
    sendJson(response, 200, Buffer.from(PAGE_SCRIPT), ASK_AGAIN, 'text/javascript; charset=utf-8');
    return;
  }
  const path = packageFile(name);
  if (path === undefined) throw new Problem('path-not-found');
  const { common = {} }: Express.Locals = response.locals;
  response.set(common);
  // No part of a file is given, nor only a certain version of it: Express would hand a 416 or a 412 on as an error of ours.
  delete request.headers['if-match'];
  delete request.headers['if-unmodified-since'];
  // A file that is opened for a reply behind another one stays open if their connection ends.
  await whenNext(response);
  await new Promise<void>((resolve, reject) => {
    response.sendFile(path, { maxAge: '1h', acceptRanges: false }, (error: Error | undefined) => {
      if (error === undefined) {
        resolve();
        return;
      }
      // Of the file, and not of the reply that says what became of it.
      if (!response.headersSent)
        for (const name of ['Cache-Control', 'ETag', 'Last-Modified']) response.removeHeader(name);
      reject(response.destroyed ? new ClientGone() : error);
    });
  });
}
