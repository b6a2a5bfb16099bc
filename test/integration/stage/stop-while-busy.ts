import { connect } from 'node:http2';
import { startStage } from '../../../src/stage/server.ts';
import { endlessStream, hangingPage } from '../../../src/stage/traps.ts';

// A process of its own: it exits by itself only when a stopped stage leaves no handle open. Exit code 0 means that both
// requests were under way when the stage stopped and that both were cut.

const stream = endlessStream(
  hangingPage(),
  { matches: ({ path }) => path === '/answer', contentType: 'text/plain', frame: 'x', everyMs: 5 },
  { outcome: 'timeout' },
);
const stage = await startStage({
  stages: [{ surface: 'chatgpt', hosts: ['localhost'], plain: 'stream', scenes: { stream } }],
});
const client = connect(`https://localhost:${stage.port}`, { rejectUnauthorized: false });
client.on('error', () => undefined); // The cut is what is tested.
const hanging = client.request({ ':path': '/' });
const streaming = client.request({ ':path': '/answer' });
const closed = [hanging, streaming].map(
  (request) => new Promise<void>((resolve) => request.on('error', () => undefined).on('close', resolve)),
);
await new Promise((resolve) => streaming.once('data', resolve));
await stage.stop();
await Promise.all(closed);
client.destroy();
