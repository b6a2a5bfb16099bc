import { EventEmitter } from 'node:events';
import type { CDPSession } from 'playwright';
import { expect, test } from 'vitest';
import { TranscriptRecorder } from '../../../src/capture/transcript-recorder.ts';

/** The far end of the protocol: tells what a test says, and answers that nothing is buffered yet. */
async function recorderOn(browser: EventEmitter): Promise<TranscriptRecorder> {
  const session = Object.assign(browser, { send: async () => ({ bufferedData: '' }) });
  const recorder = await TranscriptRecorder.attach(session as unknown as CDPSession);
  recorder.begin([{ kind: 'fetch', url: /^site\.test\/(?:ask|answer)$/ }], () => 7);
  return recorder;
}

const asked = (url: string, redirectResponse?: { status: number }) => ({
  ...{ requestId: 'one', request: { url, method: 'GET' } },
  ...(redirectResponse === undefined ? {} : { redirectResponse }),
});

test('given an exchange that is redirected to another that is recorded, then both stand, the first with its status and its end', async () => {
  const browser = new EventEmitter();
  const recorder = await recorderOn(browser);
  browser.emit('Network.requestWillBeSent', asked('https://site.test/ask'));
  browser.emit('Network.requestWillBeSent', asked('https://site.test/answer', { status: 307 }));
  const [first, second] = recorder.transcript();
  expect(first).toMatchObject({ url: 'https://site.test/ask', status: 307, end: 'complete', endedAt: 7 });
  expect(second).toMatchObject({ url: 'https://site.test/answer', status: null, end: 'open' });
});

test('given an exchange that is redirected to what is not recorded, then nothing of that is taken for its answer', async () => {
  const browser = new EventEmitter();
  const recorder = await recorderOn(browser);
  browser.emit('Network.requestWillBeSent', asked('https://site.test/ask'));
  browser.emit('Network.requestWillBeSent', asked('https://site.test/login', { status: 302 }));
  browser.emit('Network.responseReceived', { requestId: 'one', response: { status: 200, headers: {} } });
  expect(recorder.transcript()).toMatchObject([{ url: 'https://site.test/ask', status: 302, frames: [] }]);
});
