/**
 * `npm start` puts a shell between npm and Node, and not every shell passes SIGTERM on: stopping npm would leave the
 * server behind, with its port and its database. Once that shell is gone, the server drains as if it had been told.
 * A supervisor needs none of this: it runs `node dist/main.js` itself.
 */
const shell = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === shell) return;
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 250);
watch.unref();

await import(new URL('../dist/main.js', import.meta.url).href);
