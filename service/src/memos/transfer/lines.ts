/** Splits a stream of bytes into lines, holding no more than one line and what arrived with it. */

/** A line with its number, counted from 1; its text is absent when it is longer than allowed. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const NEWLINE = 0x0a;

/** Lines end with LF or CRLF, the last one with either or nothing. @param limit bytes of the longest line that is kept */
export async function* linesOf(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > limit) parts = [];
    else parts.push(part);
  };
  const take = (): Line => {
    const line = { number, bytes: length > limit ? undefined : withoutReturn(Buffer.concat(parts)) };
    [number, parts, length] = [number + 1, [], 0];
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      yield take();
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
