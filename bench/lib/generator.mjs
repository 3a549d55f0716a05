import { Child, node } from './child.mjs';
import { CORES } from './machine.mjs';
import { during } from './scope.mjs';

const MAIN = 'bench/load/main.mjs';

/** A load generator: a process of its own that does one job after the other (see `bench/load/main.mjs`). */
class Generator {
  #child = new Child(CORES.generator, node(MAIN));

  /** Runs a job. @throws the error of the load generator */
  async run(job, options = {}) {
    this.#child.tell({ job, options });
    const { result, error } = await this.#child.next();
    if (error !== undefined) throw new Error(`${job}: ${error}`);
    return result;
  }

  /** Ends the running job early; it returns its results so far. */
  end() {
    this.#child.tell({ job: 'end' });
  }

  stop() {
    return this.#child.stop();
  }
}

/** A new generator for as long as `use` takes. */
export const withGenerator = (use) =>
  during(
    () => new Generator(),
    (generator) => generator.stop(),
    use,
  );
