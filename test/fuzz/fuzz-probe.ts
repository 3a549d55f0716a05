import { connect } from 'node:net';

import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { OpenApiDocument } from '../documents/openapi-document.js';

/** Longest wait for an answer. */
const TIMEOUT_MS = 10_000;
/**
 * Signs of internals in an error: a stack trace, a file, a statement, an error of the language, the database or a
 * driver.
 */
const INTERNALS =
  /\bat .+:\d+:\d+|node_modules|\/(src|dist)\/|file:\/\/|\.[jt]s\b|SQLITE_|\bER_[A-Z]|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |\b(Type|Range|Syntax|Reference|QueryFailed)Error|Cannot read|is not a function|ECONN|ioredis|typeorm/i;

/** The result of a request. */
export interface Outcome {
  readonly isOk: boolean;
  /** The error code. */
  readonly code: string | undefined;
}

/**
 * Sends requests to a server. Throws when an answer is missing, undocumented, an internal error, or reveals internals.
 */
export class FuzzProbe {
  constructor(
    private readonly api: OpenApiDocument,
    private readonly live: AsyncApiDocument,
    /** The page limit. */
    private readonly pageMax: number,
  ) {}

  /** Sends a request to a documented route. @param target path and query, after the base path */
  async request(
    origin: string,
    method: string,
    target: string,
    { body, token }: { body: string | undefined; token: string | undefined },
  ): Promise<Outcome> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const answer = await this.send(origin, method, target, body, headers);
    // The path as `fetch` sent it, normalised.
    const path = new URL(`${origin}/api/v1${target}`).pathname.slice('/api/v1'.length);
    return this.check(answer, this.api.requestViolations(method, path, answer));
  }

  /** Sends any request. A refusal must carry a problem. */
  async malformedRequest(
    origin: string,
    method: string,
    target: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Outcome> {
    const answer = await this.send(origin, method, target, body, headers);
    // Engine.IO answers below /ws, with errors of its own format.
    const isProblem = answer.status >= 400 && method !== 'HEAD' && !target.startsWith('/ws');
    return this.check(answer, isProblem ? this.live.problemViolations(answer.body) : []);
  }

  /** Checks the acknowledgement of a command. */
  acknowledged(command: string, acknowledgement: any): Outcome {
    const { ok, data, error } = acknowledgement;
    const violations = this.live.acknowledgementViolations(command, acknowledgement);
    return this.check(
      { status: ok ? 200 : error?.status, headers: new Headers(), body: ok ? data : error },
      violations,
    );
  }

  private async send(
    origin: string,
    method: string,
    target: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${origin}/api/v1${target}`, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  private check({ status, body }: Answer, violations: readonly unknown[]): Outcome {
    const shown = JSON.stringify(body ?? null).slice(0, 1_000);
    const isDone = status < 400;
    if (!(status < 500)) throw new Error(`internal error: ${status} ${shown}`);
    if (violations.length > 0)
      throw new Error(`violates the documents: ${JSON.stringify(violations)} in ${status} ${shown}`);
    if (!isDone && INTERNALS.test(shown)) throw new Error(`reveals internals: ${shown}`);
    const count = body?.items?.length ?? 0;
    if (count > this.pageMax) throw new Error(`${count} items on a page; the limit is ${this.pageMax}`);
    return { isOk: isDone, code: isDone ? undefined : body?.code };
  }
}

/** A socket that sends packets as text, so that a payload can be any text. */
export class RawSocket {
  private readonly waiting = new Map<number, (acknowledgement: unknown) => void>();
  private sent = 0;

  private constructor(private readonly device: TestSocket) {
    const { engine } = device.socket.io;
    engine.on('data', (packet: unknown) => {
      const [, id, text = ''] = /^3(\d+)(\[.*)$/s.exec(String(packet)) ?? [];
      if (id !== undefined) this.waiting.get(Number(id))?.((JSON.parse(text) as unknown[])[0]);
    });
  }

  /** Resolves after `session:ready`. */
  static async open(origin: string, token: string): Promise<RawSocket> {
    const device = TestSocket.open(origin, token);
    await device.next('session:ready');
    return new RawSocket(device);
  }

  /** Sends a command. @param payloads JSON texts, separated by commas. @returns its acknowledgement */
  command(name: string, payloads: string): Promise<any> {
    const id = ++this.sent;
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        reject(new Error(`${name} was not acknowledged`));
      }, TIMEOUT_MS);
      this.waiting.set(id, (acknowledgement) => {
        clearTimeout(patience);
        this.waiting.delete(id);
        resolve(acknowledgement);
      });
      this.write(`2${id}[${JSON.stringify(name)}${payloads && ','}${payloads}]`);
    });
  }

  /** Sends any Engine.IO message. */
  write(packet: string | Uint8Array): void {
    this.device.socket.io.engine.write(packet);
  }

  /** Every event so far, and whether the server disconnected the socket. */
  get seen(): TestSocket['seen'] {
    return this.device.seen;
  }

  close(): void {
    this.device.close();
  }
}

/** Sends bytes on a new connection and ends it. @returns all bytes that the server sent */
export function rawExchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the server did not end the connection')));
    socket.on('data', (chunk) => chunks.push(chunk));
    // The server may reset the connection.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.end(bytes);
  });
}
