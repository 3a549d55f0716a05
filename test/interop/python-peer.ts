import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./peer.py', import.meta.url));
const TIMEOUT_MS = 15_000;

interface Line {
  readonly event?: string;
  readonly payload?: any;
  readonly ack?: number;
  readonly answer?: any;
  readonly transport?: string;
}

/** A client on Debian's python3-socketio, in a process of its own. */
export class PythonPeer {
  readonly lines: Line[] = [];
  private watchers: (() => void)[] = [];
  private commands = 0;
  private errors = '';

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    createInterface({ input: process.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      for (const watch of this.watchers) watch();
    });
    process.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }

  /** @throws Error when python3-socketio is not installed */
  static check(): void {
    try {
      execFileSync(PYTHON, ['-c', 'import socketio, requests, websocket'], { stdio: 'pipe' });
    } catch {
      throw new Error('These tests need the Debian packages python3-socketio, python3-requests and python3-websocket.');
    }
  }

  static connect(origin: string, token: string, transports: readonly string[]): PythonPeer {
    return new PythonPeer(spawn(PYTHON, [SCRIPT, origin, token, transports.join(',')]));
  }

  /** Sends a command. @returns its acknowledgement and the transport at that time */
  async emit(name: string, payload: unknown): Promise<{ answer: any; transport: string }> {
    const number = this.commands++;
    this.process.stdin.write(`${JSON.stringify({ name, payload, number })}\n`);
    const { answer, transport = '' } = await this.line((line) => line.ack === number);
    return { answer: answer as unknown, transport };
  }

  /** Waits for an event with that name and content. */
  async event(name: string, matches: (payload: any) => boolean = () => true): Promise<any> {
    return (await this.line((line) => line.event === name && matches(line.payload))).payload;
  }

  all(name: string): any[] {
    return this.lines.filter(({ event }) => event === name).map(({ payload }) => payload);
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.stdin.end();
    await once(this.process, 'exit');
  }

  private line(matches: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`python received ${JSON.stringify(this.lines)} ${this.errors}`));
      }, TIMEOUT_MS);
      const watch = (): void => {
        const found = this.lines.find(matches);
        if (!found) return;
        clearTimeout(timer);
        this.watchers = this.watchers.filter((watcher) => watcher !== watch);
        resolve(found);
      };
      this.watchers.push(watch);
      watch();
    });
  }
}
