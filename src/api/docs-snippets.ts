/** Code of the docs page. The README shows the same, to the letter: a test compares them, others run them. */
export const SNIPPETS = {
  quickStartCurl: `curl -X POST http://127.0.0.1:8787/v1/search \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{"query": "best crm for startups", "surfaces": ["google_ai_overview"], "regions": [{"country": "US"}]}'
`,
  quickStartTypeScript: `import { env } from 'node:process';
import { ApiRefusal, CaptureFleetClient } from './src/client/index.ts';

const fleet = new CaptureFleetClient({ baseUrl: 'http://127.0.0.1:8787', apiKey: env.KEY ?? '' });
try {
  const job = await fleet.submit({ query: 'best crm for startups', surfaces: ['chatgpt', 'perplexity'], regions: ['US'] });
  const done = await fleet.waitFor(job, { signal: AbortSignal.timeout(300_000), onProgress: ({ job }) => console.log(job.status) });
  for (const child of done.children) console.log(child.surface, (await fleet.getEnvelope(child.id)).answer.text);
} catch (error) {
  if (!(error instanceof ApiRefusal) || !error.is('INSUFFICIENT_CREDITS')) throw error;
  console.log(\`no credits left (request \${error.requestId})\`);
}
`,
  verifyTypeScript: `import { Webhook } from 'standardwebhooks';

/** The event; throws when it is not ours or older than five minutes. */
export function verify(secret: string, headers: Record<string, string>, rawBody: string): unknown {
  return new Webhook(secret).verify(rawBody, headers);
}
`,
  verifyPython: `import base64, hashlib, hmac, time

def verify(secret: str, headers: dict, raw_body: bytes) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + raw_body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split(" "))
`,
  verifyShell: `# SECRET; ID, TIMESTAMP and SIGNATURE from the headers; the raw body in body.json
key=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
expected=$({ printf '%s.%s.' "$ID" "$TIMESTAMP"; cat body.json; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
case " $SIGNATURE " in *" v1,$expected "*) echo genuine ;; *) echo forged ;; esac
`,
} as const;
