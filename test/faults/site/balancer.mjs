import { connect, createServer } from 'node:net';

/**
 * A TCP load balancer: connects each client to a random node, or to the next one if that node refuses. It knows no
 * protocol. `fate` decides for each chunk in either direction: `pass`, `delay`, `reset` both ends, or `swallow` the chunk
 * and everything after it on that connection.
 */
export class Balancer {
  fate = () => 'pass';
  #pairs = new Set();

  constructor(ports, random) {
    this.ports = ports;
    this.random = random;
    this.server = createServer((near) => this.#accept(near));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
  }

  async stop() {
    for (const near of this.#pairs) near.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  #accept(near) {
    this.#pairs.add(near);
    near.on('error', () => {});
    near.on('close', () => this.#pairs.delete(near));
    const first = this.random.below(this.ports.length);
    this.#connect(near, [...this.ports.slice(first), ...this.ports.slice(0, first)]);
  }

  #connect(near, [port, ...others]) {
    if (port === undefined || near.destroyed) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    const refused = () => this.#connect(near, others);
    far.once('error', refused);
    far.once('connect', () => {
      far.off('error', refused);
      far.on('error', () => {});
      far.on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      if (near.destroyed) return void far.destroy();
      far.setNoDelay(true);
      this.#forward(near, far);
      this.#forward(far, near);
    });
  }

  #forward(from, to) {
    let isLost = false;
    let last = Promise.resolve();
    from.on('data', (bytes) => {
      const fate = isLost ? 'swallow' : this.fate();
      if (fate === 'swallow') isLost = true;
      else if (fate === 'reset') {
        from.resetAndDestroy();
        to.resetAndDestroy();
      } else {
        const late =
          fate === 'pass' ? null : new Promise((resolve) => setTimeout(resolve, this.random.between(20, 400)));
        // In order, even if a chunk is delayed.
        last = last.then(() => late).then(() => void (to.destroyed || to.write(bytes)));
      }
    });
    from.on('end', () => void last.then(() => to.end()));
  }
}
