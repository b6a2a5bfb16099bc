import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../../src/webhooks/signing.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SECTION =
  readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n## Webhooks\n')[1]?.split('\n## ')[0] ?? '';
const directory = mkdtempSync(join(ROOT, 'node_modules', '.webhook-docs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const other = `whsec_${randomBytes(32).toString('base64')}`;
const body = '{"id":"evt_1","text":"ünï 🜁"}';
const timestampS = Math.floor(Date.now() / 1000);
const headers = signatureHeaders({
  ...{ eventId: 'evt_1', timestampS, body: Buffer.from(body) },
  secrets: [other, secret],
});

function snippet(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(SECTION)?.[1];
  if (found === undefined) throw new Error(`the README has no ${language} snippet`);
  return found;
}

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not installed here; the test says that it skipped.
    return false;
  }
}

describe('verification as the README shows it takes what we sign and nothing else:', () => {
  it('TypeScript', async () => {
    const file = join(directory, 'verify.ts');
    writeFileSync(file, snippet('ts'));
    const { verify } = await import(pathToFileURL(file).href);
    expect(verify(secret, headers, body)).toEqual(JSON.parse(body));
    expect(() => verify(secret, headers, `${body} `)).toThrow();
  });

  it.skipIf(!has('python3'))('Python', () => {
    const call = `import json, sys\nsecret, headers, body = json.loads(sys.argv[1])\nprint(verify(secret, headers, body.encode()))`;
    const run = (...given: unknown[]): string =>
      execFileSync('python3', ['-c', `${snippet('python')}\n${call}`, JSON.stringify(given)])
        .toString()
        .trim();
    expect(run(secret, headers, body)).toBe('True');
    expect(run(secret, headers, `${body} `)).toBe('False');
    expect(run(secret, { ...headers, 'webhook-timestamp': String(timestampS - 301) }, body)).toBe('False');
  });

  it.skipIf(process.platform === 'win32')('shell, with openssl', () => {
    const run = (raw: string): string => {
      const cwd = mkdtempSync(join(tmpdir(), 'fleet-webhook-'));
      writeFileSync(join(cwd, 'body.json'), raw);
      const signature = headers['webhook-signature'] ?? '';
      const env = {
        ...process.env,
        SECRET: secret,
        ID: 'evt_1',
        TIMESTAMP: String(timestampS),
        SIGNATURE: signature,
      };
      const said = execFileSync('sh', ['-c', snippet('sh')], { cwd, env })
        .toString()
        .trim();
      rmSync(cwd, { recursive: true });
      return said;
    };
    expect(run(body)).toBe('genuine');
    expect(run(`${body} `)).toBe('forged');
  });
});
