// Messages between the test run and the extension host: four bytes of length, then a value as V8 serialises it.
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';

const headBytes = 4;

export function sendFrame(socket: Socket, message: unknown): void {
  const body = serialize(message);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(body.length);
  socket.write(Buffer.concat([head, body]));
}

/** Calls back for each message that arrives, in order. */
export function onFrame(socket: Socket, receive: (message: unknown) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    while (rest.length >= headBytes && rest.length >= headBytes + rest.readUInt32BE()) {
      const end = headBytes + rest.readUInt32BE();
      const body = rest.subarray(headBytes, end);
      rest = rest.subarray(end);
      receive(deserialize(body));
    }
  });
}
