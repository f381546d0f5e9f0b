/** Splits a byte stream into lines without copying what is whole. */

/** Yields the complete lines of every chunk as it comes, none if it has none: that something came at all is news too. */
export async function* lineBatches(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      // Decoded only when whole: a chunk may end within a character.
      const line = rest.length > 0 ? Buffer.concat([...rest, piece]).toString() : piece.toString();
      rest = [];
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    yield lines;
  }
}
