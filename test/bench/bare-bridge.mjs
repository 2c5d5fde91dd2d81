// The client's end of the bare relay: stdin to a socket and back.
import { connect } from 'node:net';

const socket = connect(process.argv[2], () => {
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
});
socket.on('close', () => process.exit(0));
