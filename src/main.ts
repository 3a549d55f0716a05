import { EnvError, readEnv } from './infrastructure/config/env.js';
import { createLogger } from './infrastructure/telemetry/logger.js';
import { startServer } from './server.js';

/** After the drain and this time, the process exits with an error. */
const HARD_EXIT_AFTER_MS = 1_500;

try {
  const env = readEnv();
  const log = createLogger(env);
  const server = await startServer(env, log);
  const base = `http://localhost:${server.port}`;
  const docs = env.docs ? `docs ${base}/api/v1/docs  ·  ` : '';
  log.info(`GoChat is up. Chat ${base}  ·  API ${base}/api/v1  ·  ${docs}socket ${base}/api/v1/ws (Socket.IO)`);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'shutting down');
    setTimeout(() => {
      log.error('server: shutdown timed out');
      process.exit(1);
    }, env.drainMs + HARD_EXIT_AFTER_MS).unref();
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'server: shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  process.stderr.write(
    `${error instanceof EnvError ? error.message : `GoChat could not start: ${error instanceof Error ? String(error.stack) : String(error)}`}\n`,
  );
  process.exit(1);
}
