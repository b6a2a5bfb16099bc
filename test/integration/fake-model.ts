import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LanguageModelSetting } from '../../src/platform/language-model-setting.ts';

/** What a model's server was asked. */
export interface Asked {
  model: string;
  temperature: number;
  messages: { role: string; content: string }[];
  authorization: string | undefined;
}

/** `text`: what the model says; `status`: an HTTP error; `raw`: a body as it is; `hang`: no answer, ever. */
export type Said = { text: string } | { status: number; location?: string } | { raw: string } | 'hang';

/** An OpenAI-compatible server on loopback, as far away as the network is for these tests. */
export interface FakeModel {
  setting: LanguageModelSetting & { apiKey: string };
  asked: Asked[];
  /** Says the same from now on, or what a function makes of what was asked. */
  say(said: Said | ((asked: Asked) => Said | Promise<Said>)): void;
  close(): void;
}

export const MODEL_KEY = 'sk-test-nobody-may-read-this-0123456789';

export async function startFakeModel(): Promise<FakeModel> {
  const asked: Asked[] = [];
  let next: (asked: Asked) => Said | Promise<Said> = () => ({ status: 500 });
  const server: Server = createServer(async (request, answer) => {
    const body = JSON.parse(await textOf(request));
    const question: Asked = { ...body, authorization: request.headers.authorization };
    asked.push(question);
    const said = await next(question);
    if (said === 'hang') return;
    if ('status' in said) {
      answer.writeHead(said.status, said.location === undefined ? {} : { location: said.location });
      // Servers repeat what they were sent.
      return void answer.end(JSON.stringify({ error: `bad key ${question.authorization}` }));
    }
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end('raw' in said ? said.raw : JSON.stringify({ choices: [{ message: { content: said.text } }] }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    setting: { baseUrl: `http://127.0.0.1:${port}/v1`, model: 'model-under-test', apiKey: MODEL_KEY },
    asked,
    say: (said) => {
      next = typeof said === 'function' ? said : () => said;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The data that stood in a question, as its one user message. */
export function dataOf({ messages }: Asked): string {
  return messages.find(({ role }) => role === 'user')?.content ?? '';
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
