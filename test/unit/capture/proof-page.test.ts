import { describe, expect, it } from 'vitest';
import { parseMhtml } from '../../../src/capture/mhtml.ts';
import { buildProofPage } from '../../../src/capture/proof-page.ts';

const heading = { surface: 'chatgpt', url: 'https://x.test/a--b', capturedAt: '2026-11-23T00:00:00.000Z' };

const HOSTILE = `<!doctype html><html><head><meta http-equiv="refresh" content="0;url=https://evil.test"><base href="https://evil.test/">
<script>alert(1)</script><link rel="stylesheet" href="https://x.test/a.css"><link rel="preload" href="https://evil.test/p"></head>
<body onload="alert(2)"><a href="javascript:alert(3)">a</a><a href="https://ok.test/">b</a><iframe src="https://evil.test"></iframe>
<img src="https://x.test/i.png" onerror="alert(4)"><img src="https://evil.test/pixel.png"><form action="https://evil.test"><button formaction="https://evil.test">go</button></form>
<div style="background:url(https://evil.test/bg.png)">text</div><svg><script>alert(5)</script><a xlink:href="javascript:alert(6)">s</a></svg>
<object data="https://evil.test/o"></object><style>@import "https://evil.test/i.css"; b{background:url('https://evil.test/c.png')}</style></body></html>`;

const MHTML = [
  'From: <Saved by Blink>',
  'Content-Type: multipart/related;',
  '\ttype="text/html";',
  '\tboundary="----B"',
  '',
  '------B',
  'Content-Type: text/css',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Location: https://x.test/a.css',
  '',
  'p { color: red; content: "=C3=A4"; }=',
  ' </style>',
  '------B',
  'Content-Type: image/png',
  'Content-Transfer-Encoding: base64',
  'Content-Location: https://x.test/i.png',
  '',
  'iVBORw0KGgo=',
  '------B--',
].join('\r\n');

describe('the proof page', () => {
  const page = buildProofPage(HOSTILE, parseMhtml(MHTML), heading);

  it('can do nothing: no scripts, handlers, frames, refreshes, form targets', () => {
    expect(page).not.toMatch(
      /<script|onload=|onerror=|javascript:|<iframe|<object|http-equiv="refresh"|<base|action=/i,
    );
  });

  it('fetches nothing: every address but links is inlined or gone, and a policy forbids the rest', () => {
    expect(page.replace(/<a [^>]*>/g, '')).not.toContain('evil.test');
    expect(page).toMatch(/Content-Security-Policy" content="default-src (?:'|&apos;)none/);
    expect(page).not.toMatch(/@import|<link/);
  });

  it('keeps what was to be seen: text, links, style sheets, images', () => {
    expect(page).toContain('<a href="https://ok.test/" rel="noopener noreferrer nofollow">');
    expect(page).toContain('p { color: red; content: "ä"; }');
    expect(page).toContain('src="data:image/png;base64,iVBORw0KGgo="');
    expect(page).toContain('text');
  });

  it('says what it is, in a comment that cannot be broken out of', () => {
    expect(page).toContain('<!-- capture of chatgpt, 2026-11-23T00:00:00.000Z, https://x.test/a-b -->');
  });
});

describe('the proof page of a page with shadow roots', () => {
  const host = (name: string) =>
    `<body><x-card><template ${name}="open"><p onclick="alert(1)">shown</p><img src="https://evil.test/i.png"><script>alert(2)</script><template><p>inert</p></template></template></x-card></body>`;

  it.each([
    ['the standard', 'shadowrootmode'],
    ['Chromium’s archives', 'shadowmode'],
  ])('shows them, by the name of %s, and they can do no more than the rest', (_whose, name) => {
    const page = buildProofPage(host(name), [], heading);
    expect(page).toContain('<x-card><template shadowrootmode="open"><p>shown</p><img></template></x-card>');
  });
});
