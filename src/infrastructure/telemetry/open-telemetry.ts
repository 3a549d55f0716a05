import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Resource } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';

import { parentOf } from './traceparent.js';
import { NO_SPAN, type Span, type TracedRequest, Tracing } from './tracing.js';

/** How long a shutdown waits for the collector. */
const STOP_MS = 1_000;
/** Characters of SQL per span; longer statements are truncated. */
const SQL_MAX = 2_000;
/** Codes of server-side failures, which set the span's status to error. */
const FAULTS = new Set(['internal', 'unavailable', 'error']);
const HTTP_FAULT = 500;

/**
 * Tracing with OpenTelemetry and the attributes of its semantic conventions. It registers no global provider and tracks
 * the active span itself, so that several servers in one process stay separate.
 */
export class OpenTelemetry extends Tracing {
  readonly isOn = true;
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;
  private readonly active = new AsyncLocalStorage<OpenSpan | undefined>();

  constructor(resource: Resource, exporter: SpanExporter) {
    super();
    this.provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
    this.tracer = this.provider.getTracer('gochat');
  }

  get current(): OpenSpan | undefined {
    const span = this.active.getStore();
    // Code that outlives its request, such as a timer, is not part of the span.
    return span?.isOpen ? span : undefined;
  }

  request({ method, route, path, traceparent }: TracedRequest): Span {
    return this.start(route === undefined ? method : `${method} ${route}`, parentOf(traceparent), {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'url.path': path,
        ...(route !== undefined && { 'http.route': route }),
      },
    });
  }

  command(name: string): Span {
    return this.start(name, undefined, {
      kind: SpanKind.SERVER,
      attributes: { 'messaging.system': 'socket.io', 'messaging.operation.name': name },
    });
  }

  statements(system: 'mysql' | 'sqlite', sql: readonly string[]): Span {
    const parent = this.current;
    if (!parent) return NO_SPAN;
    const [first = ''] = sql;
    const operation = sql.length > 1 ? 'BATCH' : (/^\s*(\w+)/.exec(first)?.[1]?.toUpperCase() ?? 'SQL');
    return this.start(operation, parent.context, {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': system,
        'db.operation.name': operation,
        'db.query.text': sql.join('; ').slice(0, SQL_MAX),
        ...(sql.length > 1 && { 'db.operation.batch.size': sql.length }),
      },
    });
  }

  batch(changes: readonly { readonly span: Span | undefined }[]): Span {
    const waiting = new Set(changes.map(({ span }) => span).filter((span) => span instanceof OpenSpan));
    const [first, ...others] = waiting;
    // Without a traced change, the batch must not run in the span of the request that started the flush.
    if (!first) return { ...NO_SPAN, within: (work) => this.active.run(undefined, work) };
    const batch = this.start('group commit', first.context, {
      links: others.map(({ context }) => ({ context })),
      attributes: { 'gochat.batch.changes': changes.length },
    });
    for (const other of others) other.link(batch.context);
    return batch;
  }

  async stop(): Promise<void> {
    const shutdown = this.provider.shutdown().catch(() => undefined);
    await Promise.race([shutdown, delay(STOP_MS, undefined, { ref: false })]);
  }

  private start(name: string, parent: SpanContext | undefined, options: SpanOptions): OpenSpan {
    const context: Context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    return new OpenSpan(this.tracer.startSpan(name, options, context), this.active);
  }
}

class OpenSpan implements Span {
  readonly context: SpanContext;

  constructor(
    private readonly span: OtelSpan,
    private readonly active: AsyncLocalStorage<OpenSpan | undefined>,
  ) {
    this.context = span.spanContext();
  }

  get traceId(): string {
    return this.context.traceId;
  }

  /** Whether the span has not ended and is recorded. */
  get isOpen(): boolean {
    return this.span.isRecording();
  }

  link(context: SpanContext): void {
    this.span.addLink({ context });
  }

  within<T>(work: () => T): T {
    return this.active.run(this, work);
  }

  end(code: string, status?: number): void {
    if (status !== undefined) this.span.setAttribute('http.response.status_code', status);
    if (code !== 'ok') this.span.setAttribute('error.type', code);
    if (status === undefined ? FAULTS.has(code) : status >= HTTP_FAULT) {
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}
