// @vitest-environment node
import { mkdtempSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createSocket, type AddressInfo, type Server as SocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';
import { createServer, type ViteDevServer } from 'vite';

import { bridge } from './vite-bridge.ts';

let ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** An engine's socket that answers each line. */
function engine(answer: (line: string, say: (text: string) => void) => void): string {
  const path = join(mkdtempSync(join(tmpdir(), 'bridge-')), 's');
  const server: SocketServer = createSocket((peer) => {
    peer.setEncoding('utf8');
    peer.on('data', (line: string) => answer(line.trim(), (text) => peer.write(text)));
  });
  server.listen(path);
  ends.push(() => server.close());
  return path;
}

async function serve(socket: string | undefined): Promise<string> {
  const vite: ViteDevServer = await createServer({
    configFile: false,
    logLevel: 'silent',
    plugins: [bridge(socket)],
    server: { middlewareMode: true, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  const http: Server = createHttp(vite.middlewares);
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  ends.push(
    () => vite.close(),
    () => {
      http.closeAllConnections();
      http.close();
    },
  );
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/bridge`;
}

const post = (url: string, body: string, type = 'application/json'): Promise<Response> =>
  fetch(`${url}/command`, { method: 'POST', body, headers: { 'Content-Type': type } });

test('a command goes to the engine and its answer comes back, however it is cut', async () => {
  const heard: unknown[] = [];
  const url = await serve(
    engine((line, say) => {
      heard.push(JSON.parse(line));
      say('{"id":1,"ok":{"ans');
      setImmediate(() => say('wer":"done"}}\n'));
    }),
  );
  const response = await post(url, '{"command":"ask.list","all":true,"id":9}');
  expect(await response.json()).toEqual({ id: 1, ok: { answer: 'done' } });
  expect(heard).toEqual([{ command: 'ask.list', all: true, id: 1 }]);
});

test('batches come as events, in order', async () => {
  const url = await serve(
    engine((line, say) => {
      if (JSON.parse(line).subscribe === true)
        say('{"id":1,"batch":{"number":1}}\n{"id":1,"batch":{"number":2}}\n');
    }),
  );
  const response = await fetch(`${url}/subscribe`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('"number":2')) text += decoder.decode((await reader.read()).value);
  expect(text).toBe('data: {"id":1,"batch":{"number":1}}\n\ndata: {"id":1,"batch":{"number":2}}\n\n');
  await reader.cancel();
});

test('a page of another site cannot post a command, for it cannot say that it is JSON', async () => {
  const heard: string[] = [];
  const url = await serve(engine((line) => heard.push(line)));
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    expect((await post(url, '{"command":"ask.list","all":true}', type)).status).toBe(415);
  }
  expect(heard).toEqual([]);
});

test('without an engine the answer says what to do', async () => {
  for (const socket of [undefined, '/nowhere/bridge.sock']) {
    const url = await serve(socket);
    const response = await post(url, '{"command":"dialect.list"}');
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { code: 'failed', message: expect.stringContaining('bell serve') as string },
    });
    expect((await fetch(`${url}/subscribe`)).status).toBe(502);
  }
});

test('what is no JSON object is refused', async () => {
  const url = await serve(engine(() => undefined));
  expect((await post(url, '{')).status).toBe(400);
});
