/** Bounds of one figure: the floor, and the world-class aim. */
interface Bounds {
  pass: number;
  best: number;
  /** Which way is good; `most` is an upper bound. */
  sense: 'most' | 'least';
}

const most = (best: number, pass: number): Bounds => ({ pass, best, sense: 'most' });
const least = (best: number, pass: number): Bounds => ({ pass, best, sense: 'least' });
const NO_BOUND = Number.POSITIVE_INFINITY;

/** The rows of specs/fleet.md 6 that this bench measures, by short names (a1 is a′, a2 a″, e1 e′, b2f is b2 with full Chromium); ms. */
export const TARGET_ROWS = {
  a: {
    what: 'overhead over page time, shell, viewport proof',
    marks: { p50: most(130, 250), p95: most(250, 400) },
  },
  a1: { what: 'the same, full Chromium', marks: { p50: most(250, 500), p95: most(450, 800) } },
  a2: { what: 'full-page proof, 5 500 px', marks: { p50: most(350, 600), answerWaits: most(0, NO_BOUND) } },
  a3: {
    what: 'Node code for 1 MB of HTML',
    marks: { p95: most(50, 120), block: most(30, 100), roundTrips: most(6, NO_BOUND) },
  },
  b: {
    what: 'captures per CPU minute, shell, viewport proof, 4 per core',
    marks: { perCpuMinute: least(65, 50) },
  },
  b1: { what: 'the same, full Chromium, 2 per core', marks: { perCpuMinute: least(23, 18) } },
  b2: { what: 'light page, shell', marks: { perCpuMinute: least(200, 150) } },
  b2f: { what: 'light page, full Chromium', marks: { perCpuMinute: least(70, 50) } },
  d: { what: '202 committed → navigation, idle fleet', marks: { p50: most(20, 60), p95: most(50, 150) } },
  d2: { what: 'slot hand-over under backlog', marks: { p95: most(20, 100) } },
  e: { what: 'browser killed → next navigation', marks: { p95: most(500, 2_000) } },
  e1: {
    what: 'worker killed → its child claimed by another; nothing lost or doubled',
    marks: { p95: most(3_000, 15_000), lost: most(0, 0), strayFiles: most(0, 0), disagree: most(0, 0) },
  },
  e2: { what: 'browser frozen → slot serves again', marks: { p95: most(6_000, 15_000) } },
  e3: { what: 'worker process started → ready', marks: { p95: most(1_000, 3_000) } },
} as const satisfies Record<string, { what: string; marks: Readonly<Record<string, Bounds>> }>;

export type TargetRow = keyof typeof TARGET_ROWS;

export type Verdict = 'met' | 'passes' | 'missed';

/** What the figures of a row come to: every marked figure must hold. A figure that was not measured holds nothing. Pure. */
export function verdictOf(row: TargetRow, figures: Readonly<Record<string, unknown>>): Verdict {
  const marks: Readonly<Record<string, Bounds>> = TARGET_ROWS[row].marks;
  const holds = (level: 'pass' | 'best'): boolean =>
    Object.entries(marks).every(([name, bounds]) => {
      const value = figures[name];
      if (typeof value !== 'number' || Number.isNaN(value)) return false;
      return bounds.sense === 'most' ? value <= bounds[level] : value >= bounds[level];
    });
  if (holds('best')) return 'met';
  return holds('pass') ? 'passes' : 'missed';
}

/** The rows a person asks for, `all` for every one. Throws with the names there are when one is none of them. Pure. */
export function rowsOf(asked: string): TargetRow[] {
  const known = Object.keys(TARGET_ROWS) as TargetRow[];
  if (asked === 'all') return known;
  return asked.split(',').map((name) => {
    const row = known.find((one) => one === name.trim());
    if (row === undefined) throw new RangeError(`no row ${name}; there are ${known.join(', ')}`);
    return row;
  });
}
