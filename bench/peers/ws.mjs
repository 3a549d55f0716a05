import { createRequire } from 'node:module';

/**
 * A loop of sends over plain `ws`, in the version that Socket.IO uses. It implements the packets of Engine.IO and Socket.IO that
 * the load generator needs.
 */
const { resolve } = createRequire(import.meta.url);
const { WebSocketServer } = createRequire(createRequire(resolve('socket.io')).resolve('engine.io'))('ws');

const rooms = new Map();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

function join(socket, names) {
  for (const name of names) {
    if (!rooms.has(name)) rooms.set(name, new Set());
    rooms.get(name).add(socket);
  }
  socket.once('close', () => names.forEach((name) => rooms.get(name).delete(socket)));
}

function publish(socket, id, { conversationId, text }) {
  const packet = Buffer.from(`42["message:created",${JSON.stringify({ conversationId, text })}]`);
  for (const member of rooms.get(conversationId)) member.send(packet, { binary: false });
  socket.send(`43${id}[{"ok":true}]`);
}

server.on('connection', (socket) => {
  socket.send('0{}');
  socket.on('message', (data) => {
    const [, kind, id, json] = /^(4[02])(\d*)(.*)$/s.exec(String(data));
    if (kind === '42') return publish(socket, id, JSON.parse(json)[1]);
    join(socket, JSON.parse(json).rooms);
    socket.send('42["ready"]');
  });
});
server.on('listening', () => process.send({ port: server.address().port }));
