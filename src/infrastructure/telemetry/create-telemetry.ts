import type { Logger } from 'pino';

import type { Env } from '../config/env.js';
import type { Metrics } from './metrics.js';
import { Telemetry } from './telemetry.js';
import type { Tracing } from './tracing.js';

type Settings = Pick<Env, 'metricsPort' | 'metricsToken' | 'otlpEndpoint' | 'serviceName'>;

/** Creates the metrics and tracing that `env` enables. Libraries of disabled parts are not loaded. */
export async function createTelemetry(env: Settings, log: Logger): Promise<Telemetry> {
  return new Telemetry(await metricsOf(env), await tracingOf(env, log));
}

async function metricsOf({ metricsPort, metricsToken }: Settings): Promise<Metrics> {
  if (metricsPort === null && metricsToken === null) return Telemetry.off.metrics;
  const { Prometheus } = await import('./prometheus.js');
  return new Prometheus();
}

async function tracingOf({ otlpEndpoint, serviceName }: Settings, log: Logger): Promise<Tracing> {
  if (otlpEndpoint === null) return Telemetry.off.tracing;
  const [{ OpenTelemetry }, { otlpExporter }, { resourceFromAttributes }] = await Promise.all([
    import('./open-telemetry.js'),
    import('./otlp-exporter.js'),
    import('@opentelemetry/resources'),
  ]);
  return new OpenTelemetry(resourceFromAttributes({ 'service.name': serviceName }), otlpExporter(otlpEndpoint, log));
}
