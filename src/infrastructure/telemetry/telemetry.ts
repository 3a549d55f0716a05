import { type Metrics, NoMetrics } from './metrics.js';
import { NoTracing, type Tracing } from './tracing.js';

/** Metrics and tracing. They do not change the observed code, and cost nothing while off. */
export class Telemetry {
  static readonly off = new Telemetry(new NoMetrics(), new NoTracing());

  constructor(
    readonly metrics: Metrics,
    readonly tracing: Tracing,
  ) {}
}
