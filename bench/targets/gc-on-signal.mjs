import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 40;
const OBJECTS = 50_000;

/**
 * Loaded into a server whose memory is measured: SIGUSR2 runs the garbage collector, so that only live memory remains.
 * V8 never shrinks the young generation, so it is grown to its full size first.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  for (let round = 0; round < ROUNDS; round++) Array.from({ length: OBJECTS }, (_, n) => ({ n, text: `text ${n}` }));
  collect();
  collect();
});
