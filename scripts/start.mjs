/**
 * `npm start` puts a shell between npm and Node, and some shells do not forward SIGTERM: stopping npm would leave the
 * server running. When that shell exits, the server drains as after SIGTERM. A supervisor runs `node dist/main.js`
 * directly and does not need this.
 */
const shell = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === shell) return;
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 250);
watch.unref();

await import(new URL('../dist/main.js', import.meta.url).href);
