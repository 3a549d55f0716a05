import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 40;
const OBJECTS = 50_000;

/**
 * Loaded into a server whose memory is measured: SIGUSR2 collects its garbage, so that what is left is in use. V8 never
 * gives back the space for young objects, which grows with the work done so far: it is grown to the full first, so that
 * it has the same size each time.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  for (let round = 0; round < ROUNDS; round++) Array.from({ length: OBJECTS }, (_, n) => ({ n, text: `text ${n}` }));
  collect();
  collect();
});
