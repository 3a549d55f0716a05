/** One timed operation in a trace. */
export interface Span {
  /** 32 hexadecimal digits, for log lines; undefined if tracing is off. */
  readonly traceId: string | undefined;
  /** Runs `work`: the spans that begin in it become children of this one. */
  within<T>(work: () => T): T;
  /** @param code `ok`, or the code of the error; @param status of HTTP */
  end(code: string, status?: number): void;
}

/** The HTTP request of a span. */
export interface TracedRequest {
  readonly method: string;
  /** The route's template; undefined if no route matches. */
  readonly route: string | undefined;
  /** Without the query string. */
  readonly path: string;
  /** The W3C Trace Context header; the span becomes a child of that span. */
  readonly traceparent: string | undefined;
}

/** Creates the spans of requests, commands, group commits and database statements. */
export abstract class Tracing {
  abstract readonly isOn: boolean;
  /** The active span, unless it has ended. */
  abstract get current(): Span | undefined;
  abstract request(request: TracedRequest): Span;
  /** @param name of a command that exists, or `unknown` */
  abstract command(name: string): Span;
  /** Statements of one database round trip, as a child of the active span; without one, nothing is traced. */
  abstract statements(system: 'mysql' | 'sqlite', sql: readonly string[]): Span;
  /** A group commit: a child of the first traced change's span, with links to the spans of the others. */
  abstract batch(changes: readonly { readonly span: Span | undefined }[]): Span;
  /** Exports pending spans. Resolves after a second at the latest. */
  abstract stop(): Promise<void>;
}

/** A span that is not recorded. */
export const NO_SPAN: Span = {
  traceId: undefined,
  within: (work) => work(),
  end: () => undefined,
};

/** Used when tracing is disabled. */
export class NoTracing extends Tracing {
  readonly isOn = false;
  readonly current = undefined;
  request(): Span {
    return NO_SPAN;
  }
  command(): Span {
    return NO_SPAN;
  }
  statements(): Span {
    return NO_SPAN;
  }
  batch(): Span {
    return NO_SPAN;
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
