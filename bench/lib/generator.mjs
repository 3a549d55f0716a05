import { Child, node } from './child.mjs';
import { CORES } from './machine.mjs';
import { withResource } from './scope.mjs';

const MAIN = 'bench/load/main.mjs';

/** A load generator: a separate process that runs one job at a time (see `bench/load/main.mjs`). */
class Generator {
  #child = new Child(CORES.generator, node(MAIN));

  /** Runs a job. @returns its measurements @throws the error of the job */
  async run(job, options = {}) {
    this.#child.send({ job, options });
    const { result, error } = await this.#child.nextMessage();
    if (error !== undefined) throw new Error(`${job}: ${error}`);
    return result;
  }

  /** Ends the running job early. `run` then returns the measurements so far. */
  end() {
    this.#child.send({ job: 'end' });
  }

  stop() {
    return this.#child.stop();
  }
}

/** Starts a generator for the duration of `use`. */
export const withGenerator = (use) =>
  withResource(
    () => new Generator(),
    (generator) => generator.stop(),
    use,
  );
