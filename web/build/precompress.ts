import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(html|js|css|svg|webmanifest|txt)$/;
/** Smaller files are not compressed: the response headers would outweigh the savings. */
const MIN_BYTES = 512;

/** Writes a `.br` and a `.gz` file beside each text file, at the highest compression level. */
export function precompress(): Plugin {
  return {
    name: 'gochat:precompress',
    apply: 'build',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !COMPRESSIBLE.test(path)) continue;
        const text = readFileSync(path);
        if (text.length < MIN_BYTES) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}
