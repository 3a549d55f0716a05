import { type Metrics, NoMetrics } from './metrics.js';
import { NoTracing, type Tracing } from './tracing.js';

/** What watches the server at work. It changes nothing of what is watched, and costs nothing while it is off. */
export class Telemetry {
  static readonly off = new Telemetry(new NoMetrics(), new NoTracing());

  constructor(
    readonly metrics: Metrics,
    readonly tracing: Tracing,
  ) {}
}
