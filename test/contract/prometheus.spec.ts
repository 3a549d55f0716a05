import { readFileSync } from 'node:fs';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { Prometheus } from '../../src/infrastructure/telemetry/prometheus.js';
import { partsOf, samplesOf } from '../support/prometheus-text.js';

let metrics: Prometheus;
beforeEach(() => {
  metrics = new Prometheus();
});

const secondsAgo = (seconds: number): number => performance.now() - seconds * 1_000;
const samples = async (): Promise<Map<string, number>> => new Map(samplesOf(await metrics.text()));

/** Records a value of every metric. */
function fill(): void {
  metrics.watch('connections', () => new Map([['websocket', 3]]));
  metrics.watch('deliveries', () => new Map([['message:created', 9]]));
  metrics.watch('pool', () => ({ size: 10, used: 2, waiting: 1 }));
  metrics.watch('redisUp', () => true);
  metrics.handshake('ok');
  metrics.disconnected('slow reader');
  metrics.command('message:send', 'ok', secondsAgo(0.02));
  metrics.request('GET', '/api/v1/messages/:id', 404, 0.003);
  metrics.query('read', 'ok', secondsAgo(0.001));
  metrics.batch(12, 'ok', secondsAgo(0.004));
}

/** The documentation's row for each `gochat_` metric. */
async function rows(): Promise<string[]> {
  const text = await metrics.text();
  const series = samplesOf(text).map(([name]) => partsOf(name));
  return [...text.matchAll(/^# HELP (gochat_\w+) (.*)\n# TYPE \1 (\w+)$/gm)].map(([, name = '', help, type]) => {
    const [, labels = []] = series.find(([found]) => [name, `${name}_count`].includes(found)) ?? [];
    const names = labels.map((label) => `\`${label.split('=', 1)[0]}\``);
    return `| \`${name}\` | ${type} | ${names.join(', ')} | ${help} |`;
  });
}

describe('metrics', () => {
  it('record each observation once, in seconds, under its labels', async () => {
    fill();
    const found = await samples();
    expect(found.get('gochat_socket_handshakes_total{code="ok"}')).toBe(1);
    expect(found.get('gochat_socket_disconnects_total{reason="slow_reader"}')).toBe(1);
    const send = 'command="message:send",code="ok"';
    expect(found.get(`gochat_socket_command_duration_seconds_count{${send}}`)).toBe(1);
    expect(found.get(`gochat_socket_command_duration_seconds_bucket{le="0.01",${send}}`)).toBe(0);
    expect(found.get(`gochat_socket_command_duration_seconds_bucket{le="10",${send}}`)).toBe(1);
    expect(found.get('gochat_write_batch_changes_sum')).toBe(12);
    expect(found.get('gochat_event_deliveries_total{event="message:created"}')).toBe(9);
    expect(found.get('gochat_database_pool_used')).toBe(2);
    expect(found.get('gochat_redis_up')).toBe(1);
  });

  it('read watched values at each scrape without adding them up', async () => {
    const pool = { size: 10, used: 1, waiting: 0 };
    metrics.watch('pool', () => pool);
    metrics.watch('deliveries', () => new Map([['typing', 5]]));
    expect((await samples()).get('gochat_database_pool_used')).toBe(1);
    pool.used = 2;
    const again = await samples();
    expect(again.get('gochat_database_pool_used')).toBe(2);
    expect(again.get('gochat_event_deliveries_total{event="typing"}')).toBe(5);
  });

  it('are separate for two servers in one process, except for process metrics', async () => {
    const other = new Prometheus();
    other.handshake('ok');
    expect((await samples()).has('gochat_socket_handshakes_total{code="ok"}')).toBe(false);
    expect(await other.text()).toContain('process_cpu_seconds_total');
    expect(await metrics.text()).toContain('process_cpu_seconds_total');
  });

  it('match docs/observability.md exactly', async () => {
    fill();
    const documented = readFileSync('docs/observability.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `gochat_'));
    expect(documented.sort()).toEqual((await rows()).sort());
  });
});
