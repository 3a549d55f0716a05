import { createServer } from 'node:http';

import { Server } from 'socket.io';

/** Plain Socket.IO, as its documentation has it: a message goes to everybody in its room. Rooms come with `auth`. */
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
