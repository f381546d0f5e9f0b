/** How the text of an environment variable becomes a value: one zod type per form, each message says what to write. */
import { X509Certificate } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as Go and Kubernetes write it (`300s`, `1h30m`, `500ms`); undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit] ?? 0);
  }
  return total;
}

/** A duration within bounds, both given as text so that the documentation shows what an admin writes. Value: milliseconds. */
export function duration(least: string, most: string): z.ZodType<number, string> {
  const [low, high] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  return z.string().transform((text, context) => {
    const value = parseDuration(text);
    if (value !== undefined && value >= low && value <= high) return value;
    context.addIssue({ code: 'custom', message: `must be a duration from ${least} to ${most}, such as 300s or 1h30m` });
    return z.NEVER;
  });
}

/** A whole number within bounds. */
export function integer(least: number, most: number): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${least} to ${most}` });
    return z.NEVER;
  });
}

/** `Enabled` or `Disabled`. */
export function toggle(): z.ZodType<boolean, string> {
  return choice(['Enabled', 'Disabled']).transform((text) => text === 'Enabled');
}

/** `true` or `false`. */
export function boolean(): z.ZodType<boolean, string> {
  return choice(['true', 'false']).transform((text) => text === 'true');
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T): z.ZodType<T[number], string> {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

/** A comma-separated list without empty members. */
export function list(member: RegExp, what: string): z.ZodType<string[], string> {
  return z.string().transform((text, context) => {
    const members = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (members.length > 0 && members.every((part) => member.test(part))) return members;
    context.addIssue({ code: 'custom', message: `must be a comma-separated list of ${what}` });
    return z.NEVER;
  });
}

/** Origins of web pages, `*` for any; none as a word, because an empty variable counts as absent. */
export function origins(): z.ZodType<string[], string> {
  const some = list(/^(?:\*|https?:\/\/[\w.:[\]-]+)$/, 'origins such as https://example.org, or * or none');
  return z.union([z.literal('none').transform(() => []), some]);
}

/** An address of the web that everybody may read: fetch takes none with a user, and addresses stand in logs. */
export function webUrl(): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), {
      error: 'must be a URL that begins with https:// or http://',
      abort: true,
    })
    .refine((text) => new URL(text).username === '' && new URL(text).password === '', {
      error: 'must not hold a user or a password: give an address that asks for none',
    });
}

/** A key for HS256, which needs as many bits as it makes (RFC 7518 section 3.2). */
export function sharedSecret(): z.ZodType<string, string> {
  return z.string().refine((text) => Buffer.byteLength(text) >= 32, { error: 'must have at least 32 bytes' });
}

/** `600/1m`: so many requests in so long. Value: requests and seconds. */
export function rate(): z.ZodType<{ requests: number; seconds: number }, string> {
  return z.string().transform((text, context) => {
    const [, requests = '', time = ''] = /^([1-9]\d{0,8})\/(\S+)$/.exec(text) ?? [];
    const seconds = (parseDuration(time) ?? 0) / 1000;
    if (requests !== '' && Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) {
      return { requests: Number(requests), seconds };
    }
    context.addIssue({ code: 'custom', message: 'must be requests in whole seconds, such as 600/1m' });
    return z.NEVER;
  });
}

// IPv6 in brackets: without them nobody could tell a port from its last digits.
const BROKER = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/;

/** Addresses of brokers as `host:port`; who leaves the port out means 9092, as everywhere in Kafka. */
export function brokers(): z.ZodType<string[], string> {
  return list(BROKER, 'host:port')
    .refine((members) => members.every(isBroker), {
      error: 'must name hosts, IPv6 addresses in brackets, with a port from 1 to 65535',
    })
    .transform((members) => members.map((member) => (/:\d+$/.test(member) ? member : `${member}:9092`)));
}

function isBroker(text: string): boolean {
  const { port = '9092', v6 } = BROKER.exec(text)?.groups ?? {};
  return isPort(port) && (v6 === undefined || isIPv6(v6));
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}

/** Networks in CIDR form; an address alone is a network of one. */
export function networks(): z.ZodType<string[], string> {
  return list(/./, 'networks').refine((members) => members.every(isNetwork), {
    error: 'must be a comma-separated list of networks such as 10.244.0.0/16',
  });
}

function isNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && Number(prefix ?? bits) <= bits;
}

/** A day, or a time of one. */
export function date(): z.ZodType<Date, string> {
  return z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: 'must be a date such as 2027-06-30' })
    .transform((text) => new Date(text));
}

/** A name that Kafka takes for a topic. */
export function topicName(): z.ZodType<string, string> {
  return z.string().regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/, { error: 'must be a topic name that Kafka takes' });
}

/** An IP address to listen on. */
export function address(): z.ZodType<string, string> {
  return z.string().refine((text) => isIPv6(text) || /^\d+(?:\.\d+){3}$/.test(text) || text === 'localhost', {
    error: 'must be an IP address to listen on, such as :: or 0.0.0.0',
  });
}

/** Any text: a name or a password. */
export function text(): z.ZodType<string, string> {
  return z.string();
}

/** One or more certificates in PEM. */
export function certificates(): z.ZodType<string, string> {
  return z.string().refine(areCertificates, { error: 'must be certificates in PEM' });
}

function areCertificates(pem: string): boolean {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return found.length > 0 && found.every((one) => new X509Certificate(one).raw.length > 0);
  } catch {
    // OpenSSL cannot read it.
    return false;
  }
}

/** A time zone of the IANA data base. */
export function timeZone(): z.ZodType<string, string> {
  return z.string().refine(isTimeZone, { error: 'must be a time zone such as UTC, Asia/Seoul or +09:00' });
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    // RangeError is how Intl says that there is no such zone.
    return false;
  }
}

/** Where a MariaDB is and who asks; `user` is empty where the URL names nobody. */
export interface DatabaseUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

// As SQLAlchemy reads it, so that the original's value works unchanged: the password may hold `/`, `?` and `#` unescaped.
const DATABASE_URL =
  /^(?:mysql|mariadb)(?:\+\w+)?:\/\/(?:(?<user>[^:/@]+)(?::(?<password>[^@]*))?@)?(?:\[(?<v6>[^\]]+)\]|(?<host>[^/:?]+))(?::(?<port>\d+))?\/(?<database>[^?]+)(?:\?(?<options>.*))?$/;

/** `mysql://`, `mariadb://` or with a driver of SQLAlchemy (`mysql+aiomysql://`); the driver and its options are ignored. */
export function databaseUrl(): z.ZodType<DatabaseUrl, string> {
  return z.string().transform((text, context) => {
    const parts = DATABASE_URL.exec(text)?.groups;
    const host = parts?.['v6'] ?? parts?.['host'];
    if (parts === undefined || host === undefined) {
      context.addIssue({ code: 'custom', message: 'must read mysql://user:password@host:3306/database' });
      return z.NEVER;
    }
    if (/(?:^|&)(?:ssl|tls)/i.test(parts['options'] ?? '')) {
      context.addIssue({ code: 'custom', message: 'asks for TLS among its options: DATABASE_TLS does that' });
      return z.NEVER;
    }
    const { port = '3306', v6 } = parts;
    if (v6 !== undefined && !isIPv6(v6)) {
      context.addIssue({ code: 'custom', message: 'must have an IPv6 address in brackets, or a host without' });
      return z.NEVER;
    }
    if (!isPort(port)) {
      context.addIssue({ code: 'custom', message: 'must name a port from 1 to 65535' });
      return z.NEVER;
    }
    return {
      host,
      port: Number(port),
      user: unescaped(parts['user'] ?? ''),
      password: unescaped(parts['password'] ?? ''),
      database: unescaped(parts['database'] ?? ''),
    };
  });
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is a password that nobody escaped.
    return text;
  }
}

/** `redis://` or `rediss://` with an optional user, password and database number. */
export function redisUrl(): z.ZodType<string, string> {
  return z.string().refine((text) => /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text), {
    error: 'must read redis://:password@host:6379/0',
  });
}
