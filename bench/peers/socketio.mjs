import { createServer } from 'node:http';

import { Server } from 'socket.io';

/** Plain Socket.IO as in its documentation: each message is emitted to its room. Clients list their rooms in `auth`. */
const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

io.on('connection', (socket) => {
  socket.join(socket.handshake.auth.rooms);
  socket.on('message:send', ({ conversationId, text }, acknowledge) => {
    io.to(conversationId).emit('message:created', { conversationId, text });
    acknowledge({ ok: true });
  });
  socket.emit('ready');
});

http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
