import { connect } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Connect, Plugin } from 'vite';

/** The longest request that is read. A source's draft or an answer is far below. */
const LONGEST = 4 * 1024 * 1024;

/**
 * Lets the page in a plain browser talk to a running engine, in `vite` and `vite preview`.
 * `socket` is the engine's Unix socket: newline-delimited JSON, one connection a request.
 */
export function bridge(socket: string | undefined): Plugin {
  const use = (middlewares: Connect.Server): void => {
    middlewares.use('/bridge/command', (request, response) => void command(socket, request, response));
    middlewares.use('/bridge/subscribe', (request, response) => subscribe(socket, request, response));
  };
  return {
    name: 'deskbell-bridge',
    configureServer: (server) => use(server.middlewares),
    configurePreviewServer: (server) => use(server.middlewares),
  };
}

const NOBODY =
  'No engine is reached. Run "bell serve" and set DESKBELL_SOCKET to the bridge.sock in its data folder.';

async function command(
  socket: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, message: string): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 'failed', message } }));
  };
  // Another site's page can post a form here, but it cannot say that it is JSON.
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
    return refuse(415, 'A command is posted as application/json.');
  }
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LONGEST) return refuse(413, 'The command is too long.');
  }
  if (socket === undefined) return refuse(502, NOBODY);
  let line: string;
  try {
    line = JSON.stringify({ ...(JSON.parse(text) as object), id: 1 });
  } catch {
    return refuse(400, 'A command is a JSON object.');
  }
  const engine = connect(socket);
  let reply = '';
  engine.setEncoding('utf8');
  engine.on('connect', () => engine.write(`${line}\n`));
  engine.on('data', (chunk: string) => {
    reply += chunk;
    const end = reply.indexOf('\n');
    if (end < 0) return;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(reply.slice(0, end));
    engine.destroy();
  });
  engine.on('error', () => refuse(502, NOBODY));
  engine.on('end', () => {
    if (!response.writableEnded) refuse(502, 'The engine hung up before it answered.');
  });
}

function subscribe(socket: string | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (socket === undefined) {
    response.writeHead(502).end(NOBODY);
    return;
  }
  const engine = connect(socket);
  engine.setEncoding('utf8');
  engine.on('connect', () => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    engine.write('{"id":1,"subscribe":true}\n');
  });
  let rest = '';
  engine.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    let room = true;
    for (const line of lines) room = response.write(`data: ${line}\n\n`);
    // Until the page has read what was written, the engine coalesces.
    if (!room) engine.pause();
  });
  response.on('drain', () => engine.resume());
  engine.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  engine.on('end', () => response.end());
  request.on('close', () => engine.destroy());
}
