import { abuse } from './abuse.mjs';
import { bystander } from './bystander.mjs';
import { connect, crowd, disconnect } from './crowd.mjs';
import { fanout } from './fanout.mjs';
import { idle } from './idle.mjs';
import { rest } from './rest.mjs';
import { sends } from './sends.mjs';
import { steady } from './steady.mjs';
import { storm } from './storm.mjs';

/**
 * The load generator. Its parent (`bench/lib/generator.mjs`) sends jobs over IPC, one at a time, and receives the measurements of
 * each. The message `end` ends the running job early.
 */
const JOBS = { abuse, bystander, connect, disconnect, fanout, idle, rest, sends, steady, storm };

process.on('message', ({ job, options }) => {
  if (job === 'end') return crowd.controller.abort();
  JOBS[job](options).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
