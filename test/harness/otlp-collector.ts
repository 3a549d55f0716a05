import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span in the JSON format of OTLP, with its attributes as a plain object. */
export interface CollectedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code: number };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: any;
}

/** An OpenTelemetry collector for traces, on loopback. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  /** All request bodies. */
  raw = '';
  readonly services = new Set<string>();
  private readonly http = createServer((request, response) => {
    const answer = (): unknown => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    void this.take(request).then(() => {
      if (this.answers) answer();
      else this.held.push(answer);
    });
  });

  private readonly held: (() => void)[] = [];

  private constructor(private readonly answers: boolean) {}

  /** @param answers false holds every answer back until `stop` */
  static async start(answers = true): Promise<OtlpCollector> {
    const collector = new OtlpCollector(answers);
    await new Promise<void>((resolve) => collector.http.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** The only span with that name in a trace. */
  one(name: string, traceId: string): CollectedSpan {
    const found = this.spans.filter((span) => span.name === name && span.traceId === traceId);
    if (found.length !== 1)
      throw new Error(`${found.length} spans ${name}: ${this.spans.map((span) => span.name).join()}`);
    return found[0]!;
  }

  /** The ancestors of a span, from its parent to the root. */
  around(span: CollectedSpan): CollectedSpan[] {
    const parent = this.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return parent ? [parent, ...this.around(parent)] : [];
  }

  async stop(): Promise<void> {
    for (const answer of this.held) answer();
    const closed = new Promise((resolve) => this.http.close(resolve));
    this.http.closeIdleConnections();
    await closed;
  }

  private async take(request: IncomingMessage): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.url !== '/v1/traces') throw new Error(`unknown path ${request.url}`);
    this.raw += body;
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      this.services.add(plain(resource.attributes)['service.name']);
      for (const { spans } of scopeSpans) {
        for (const span of spans) this.spans.push({ ...span, attributes: plain(span.attributes) });
      }
    }
  }
}

const plain = (attributes: readonly { key: string; value: object }[]): any =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
