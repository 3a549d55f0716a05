/** GoChat for the load generator: the Socket.IO path, and the start of the packet after which a socket is ready. */
export const GOCHAT = { path: '/api/v1/ws', ready: '42["session:ready"' };

/** The same for the peers, which emit `ready` when a socket has joined its rooms. */
export const PEER = { path: '/socket.io', ready: '42["ready"' };

/** The same for ejabberd. */
export const XMPP = { protocol: 'xmpp' };
