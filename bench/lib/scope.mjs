const open = [];

/** Runs `use` with the resource of `acquire`, and releases it in every case, including Ctrl-C. */
export async function during(acquire, release, use) {
  const held = await acquire();
  const undo = () => release(held);
  open.push(undo);
  try {
    return await use(held);
  } finally {
    if (open.includes(undo)) {
      open.splice(open.indexOf(undo), 1);
      await undo();
    }
  }
}

/** On Ctrl-C: gives everything back, the newest first, and ends. */
export function cleanUpOnInterrupt() {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      // The interrupted work fails, as expected.
      process.on('uncaughtException', () => undefined);
      while (open.length > 0)
        await open
          .pop()()
          .catch((error) => console.error(error.message));
      process.exit(130);
    });
  }
}
