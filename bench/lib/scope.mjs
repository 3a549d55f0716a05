const open = [];

/** Runs `use` with what `acquire` gives, and gives it back whatever happens: also when the run is interrupted. */
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
      // What was under way fails now, which is no news.
      process.on('uncaughtException', () => undefined);
      while (open.length > 0)
        await open
          .pop()()
          .catch((error) => console.error(error.message));
      process.exit(130);
    });
  }
}
