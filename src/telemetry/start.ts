import type { Env } from '../config/env.js';
import type { Metrics } from './metrics.js';
import { Telemetry } from './telemetry.js';

/** What `env` asks for; the libraries of what it does not ask for are not even loaded. */
export async function startTelemetry(env: Pick<Env, 'metricsPort' | 'metricsToken'>): Promise<Telemetry> {
  return new Telemetry(await metricsOf(env), Telemetry.off.tracing);
}

async function metricsOf({ metricsPort, metricsToken }: Pick<Env, 'metricsPort' | 'metricsToken'>): Promise<Metrics> {
  if (metricsPort === null && metricsToken === null) return Telemetry.off.metrics;
  const { Prometheus } = await import('./prometheus.js');
  return new Prometheus();
}
