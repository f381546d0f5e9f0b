/** Asks a program inside whether it is well. */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

const DEADLINE_MILLISECONDS = 2000;

/** True when the URL answers 2xx in time. Certificates are not checked: these are self-signed, on loopback. */
export async function answersWell(url: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const options = { timeout: DEADLINE_MILLISECONDS, rejectUnauthorized: false, agent: false };
    const outgoing = (url.startsWith('https:') ? secureRequest : plainRequest)(url, options, (incoming) => {
      incoming.resume();
      const { statusCode = 0 } = incoming;
      resolve(statusCode >= 200 && statusCode < 300);
    });
    outgoing.once('timeout', () => outgoing.destroy());
    // Not listening yet is the usual answer while a program starts.
    outgoing.once('error', () => resolve(false));
    outgoing.end();
  });
}
