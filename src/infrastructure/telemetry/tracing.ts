/** A stretch of work in a trace. */
export interface Span {
  /** 32 hexadecimal digits, for log lines; undefined where nothing is traced. */
  readonly traceId: string | undefined;
  /** Runs `work`: the spans that begin in it become children of this one. */
  within<T>(work: () => T): T;
  /** @param code `ok`, or the code of the error; @param status of HTTP */
  end(code: string, status?: number): void;
}

/** The request that a span begins with. */
export interface TracedRequest {
  readonly method: string;
  /** Its template; undefined where there is no such route. */
  readonly route: string | undefined;
  /** Without the query string. */
  readonly path: string;
  /** The header of W3C Trace Context: the span becomes part of that trace. */
  readonly traceparent: string | undefined;
}

/** What is traced: from a request or a command to the statements that it runs. */
export abstract class Tracing {
  abstract readonly isOn: boolean;
  /** The span in which this runs, unless it has ended. */
  abstract get current(): Span | undefined;
  abstract request(request: TracedRequest): Span;
  /** @param name of a command that exists, or `unknown` */
  abstract command(name: string): Span;
  /** One or several statements that go to the database together, within a request or a command; else none. */
  abstract statements(system: 'mysql' | 'sqlite', sql: readonly string[]): Span;
  /** A transaction that stores changes of several: a child of the first that is traced, and linked with the others. */
  abstract batch(changes: readonly { readonly span: Span | undefined }[]): Span;
  /** Sends what has not been sent. Resolves after a second at the latest. */
  abstract stop(): Promise<void>;
}

/** Nothing that anybody will see. */
export const NO_SPAN: Span = {
  traceId: undefined,
  within: (work) => work(),
  end: () => undefined,
};

/** Traces nothing. */
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
