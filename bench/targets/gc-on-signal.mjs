import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 40;
const OBJECTS = 50_000;

/**
 * Preloaded into a server whose memory is measured. On SIGUSR2 it forces a garbage collection, so that the remaining memory
 * is in use. V8 never shrinks the young generation, which grows with past work. The handler therefore fills it to its full size
 * first, so that its size is the same in each measurement.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  for (let round = 0; round < ROUNDS; round++) Array.from({ length: OBJECTS }, (_, n) => ({ n, text: `text ${n}` }));
  collect();
  collect();
});
