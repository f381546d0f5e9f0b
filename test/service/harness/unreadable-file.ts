// Loaded into a service before its own code: the largest file of the page cannot be read to its end, as on a disk that fails.
import fs from 'node:fs';

const { createReadStream } = fs;

Object.assign(fs, {
  createReadStream: (...[path, options]: Parameters<typeof createReadStream>) => {
    const stream = createReadStream(path, options);
    if (!String(path).endsWith('swagger-ui-bundle.js')) return stream;
    return stream.once('data', () => setImmediate(() => stream.destroy(new Error('EIO: i/o error, read'))));
  },
});
