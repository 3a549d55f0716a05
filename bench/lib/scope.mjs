const cleanups = [];

/** Acquires a resource for the duration of `use`, and releases it in every case, also on an interrupt. */
export async function withResource(acquire, release, use) {
  const resource = await acquire();
  const cleanup = () => release(resource);
  cleanups.push(cleanup);
  try {
    return await use(resource);
  } finally {
    if (cleanups.includes(cleanup)) {
      cleanups.splice(cleanups.indexOf(cleanup), 1);
      await cleanup();
    }
  }
}

/** On SIGINT and SIGTERM, releases all resources, newest first, and exits with code 130. */
export function cleanUpOnInterrupt() {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      // Running jobs lose their processes and reject; these errors are expected.
      process.on('uncaughtException', () => undefined);
      while (cleanups.length > 0)
        await cleanups
          .pop()()
          .catch((error) => console.error(error.message));
      process.exit(130);
    });
  }
}
