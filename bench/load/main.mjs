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
 * The load generator: runs the jobs of its parent one at a time and answers each with its results; `end` ends the
 * running job.
 */
const JOBS = { abuse, bystander, connect, disconnect, fanout, idle, rest, sends, steady, storm };

process.on('message', ({ job, options }) => {
  if (job === 'end') return crowd.over.abort();
  JOBS[job](options).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
