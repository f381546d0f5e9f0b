// Loaded into a service before its own code: the largest file of the page cannot be read to its end, as on a disk that fails, and the
// smallest not at all.
import fs from 'node:fs';

const { createReadStream } = fs;

Object.assign(fs, {
  createReadStream: (...[path, options]: Parameters<typeof createReadStream>) => {
    const stream = createReadStream(path, options);
    const error = new Error('EIO: i/o error, read');
    if (String(path).endsWith('favicon-32x32.png')) return stream.destroy(error);
    if (!String(path).endsWith('swagger-ui-bundle.js')) return stream;
    return stream.once('data', () => setImmediate(() => stream.destroy(error)));
  },
});
