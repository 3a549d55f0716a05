import { connect } from 'node:net';

import { OpenApiDocument } from '../documents/openapi-document.js';
import { TestSocket } from '../clients/test-socket.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import type { Answer } from '../clients/rest.js';

/** Waiting longer than this for an answer is a failure. */
const PATIENCE_MS = 10_000;
/** What tells of the inside: a stack, a file, a statement, an error of the language, the database or a driver. */
const INSIDE =
  /\bat .+:\d+:\d+|node_modules|\/(src|dist)\/|file:\/\/|\.[jt]s\b|SQLITE_|\bER_[A-Z]|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |\b(Type|Range|Syntax|Reference|QueryFailed)Error|Cannot read|is not a function|ECONN|ioredis|typeorm/i;

/** What was asked, and how the server took it. */
export interface Outcome {
  readonly isDone: boolean;
  /** The code of the error. */
  readonly code: string | undefined;
}

/** Asks a server things, and throws where an answer stays away, is not as described, is a fault, or says too much. */
export class FuzzProbe {
  constructor(
    private readonly api: OpenApiDocument,
    private readonly live: AsyncApiDocument,
    /** The most items of any page. */
    private readonly pageMax: number,
  ) {}

  /** Asks a route that is described. @param target path and query, behind the base path */
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
    // As it was sent: what a client normalises is gone.
    const path = new URL(`${origin}/api/v1${target}`).pathname.slice('/api/v1'.length);
    return this.judge(answer, this.api.faultsOfRequest(method, path, answer));
  }

  /** Asks anything in any way. What is refused is refused with a problem. */
  async oddRequest(
    origin: string,
    method: string,
    target: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Outcome> {
    const answer = await this.send(origin, method, target, body, headers);
    // Behind /ws it is Engine.IO that answers, in its own way.
    const isProblem = answer.status >= 400 && method !== 'HEAD' && !target.startsWith('/ws');
    return this.judge(answer, isProblem ? this.live.faultsOfProblem(answer.body) : []);
  }

  /** Judges the acknowledgement of a command. */
  acknowledged(command: string, acknowledgement: any): Outcome {
    const { ok, data, error } = acknowledgement;
    const faults = this.live.faultsOfAcknowledgement(command, acknowledgement);
    return this.judge({ status: ok ? 200 : error?.status, headers: new Headers(), body: ok ? data : error }, faults);
  }

  private async send(
    origin: string,
    method: string,
    target: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
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

  private judge({ status, body }: Answer, faults: readonly unknown[]): Outcome {
    const shown = JSON.stringify(body ?? null).slice(0, 1_000);
    const isDone = status < 400;
    if (!(status < 500)) throw new Error(`the server failed: ${status} ${shown}`);
    if (faults.length > 0) throw new Error(`not as described: ${JSON.stringify(faults)} in ${status} ${shown}`);
    if (!isDone && INSIDE.test(shown)) throw new Error(`tells of its inside: ${shown}`);
    const count = body?.items?.length ?? 0;
    if (count > this.pageMax) throw new Error(`a page of ${count} items; at most ${this.pageMax}`);
    return { isDone, code: isDone ? undefined : body?.code };
  }
}

/** A socket on which commands are written by hand, so that their payload is any text. */
export class Wire {
  private readonly waiting = new Map<number, (acknowledgement: unknown) => void>();
  private sent = 0;

  private constructor(private readonly device: TestSocket) {
    const { engine } = device.socket.io;
    engine.on('data', (packet: unknown) => {
      const [, id, text = ''] = /^3(\d+)(\[.*)$/s.exec(String(packet)) ?? [];
      if (id !== undefined) this.waiting.get(Number(id))?.((JSON.parse(text) as unknown[])[0]);
    });
  }

  /** Connected and ready. */
  static async open(origin: string, token: string): Promise<Wire> {
    const device = TestSocket.open(origin, token);
    await device.next('session:ready');
    return new Wire(device);
  }

  /** Sends a command with payloads that are JSON. @returns its acknowledgement */
  command(name: string, payloads: string): Promise<any> {
    const id = ++this.sent;
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        reject(new Error(`${name} was never acknowledged`));
      }, PATIENCE_MS);
      this.waiting.set(id, (acknowledgement) => {
        clearTimeout(patience);
        this.waiting.delete(id);
        resolve(acknowledgement);
      });
      this.write(`2${id}[${JSON.stringify(name)}${payloads && ','}${payloads}]`);
    });
  }

  /** Sends anything, as a message of Engine.IO. */
  write(packet: string | Uint8Array): void {
    this.device.socket.io.engine.write(packet);
  }

  /** Everything it heard, and whether it was cut off. */
  get seen(): TestSocket['seen'] {
    return this.device.seen;
  }

  close(): void {
    this.device.close();
  }
}

/** Writes bytes on a connection of its own, and nothing more. @returns what came back before its end */
export function rawExchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('nothing ended the connection')));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that has had enough may reset it.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.end(bytes);
  });
}
