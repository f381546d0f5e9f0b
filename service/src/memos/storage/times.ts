/** Times between MariaDB's DATETIME text, which has no zone, and RFC 3339 in UTC with milliseconds. */

/** `2025-10-10 09:00:00.123` for a column in UTC. */
export function databaseTime(date: Date): string {
  return databaseTimeOf(date.toISOString());
}

/** As {@link databaseTime}, of RFC 3339 in UTC with milliseconds. */
export function databaseTimeOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 23)}`;
}

/** RFC 3339 of a DATETIME text that is in UTC. */
export function timeFromUtc(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, 23).padEnd(3, '0')}Z`;
}

/** A clock is not set back by more. */
const SET_BACK_MS = 3_600_000;

/**
 * When a memo is changed: later than it was before, so that who follows `updated_at` meets the change of a memo that he has met, also
 * after the database's clock was set back. A time that is further ahead came with an import, and is not followed.
 * @param now by the database's clock; like all of these RFC 3339 in UTC with milliseconds
 * @param before when it was changed last
 */
export function changeTime(now: string, before: string): string {
  const ahead = Date.parse(before) - Date.parse(now);
  // NaN, for what is no date, is in no range.
  return ahead >= 0 && ahead <= SET_BACK_MS ? new Date(Date.parse(before) + 1).toISOString() : now;
}

const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339, to the millisecond. Undefined: it is not, or no year of four digits in UTC. */
export function parseInstant(text: string): Date | undefined {
  if (!INSTANT.test(text)) return undefined;
  const instant = new Date(text);
  const [first, last] = [Date.UTC(1000, 0), Date.UTC(10_000, 0)];
  // NaN, for a 13th month, is in no range either.
  return instant.getTime() >= first && instant.getTime() < last ? instant : undefined;
}

/** Reads DATETIME texts of one time zone as RFC 3339 in UTC. */
export function zoneReader(timeZone: string): (text: string) => string {
  if (timeZone === 'UTC') return timeFromUtc;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (text) => {
    const asUtc = Date.parse(timeFromUtc(text));
    // `0000-00-00`, which MariaDB takes without NO_ZERO_DATE.
    if (Number.isNaN(asUtc)) return timeFromUtc(text);
    // Two rounds: the offset at the first guess may be that of the other side of a clock change.
    let instant = asUtc - offsetAt(format, asUtc);
    instant = asUtc - offsetAt(format, instant);
    return new Date(instant).toISOString();
  };
}

/** Milliseconds by which the zone's clocks are ahead of UTC at an instant. */
function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(instant / 1000) * 1000;
}
