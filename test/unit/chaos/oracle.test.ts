import { describe, expect, it } from 'vitest';
import { ruleNames, TERMINAL_WITHIN_MS, violationsOf } from '../../chaos/oracle.ts';
import type { Snapshot } from '../../chaos/oracle-facts.ts';
import { tallyOf } from '../../chaos/tally.ts';

const T0 = 1_800_000_000_000;

/** Two searches that went well: one answered child, one that failed for free. */
function good(): Snapshot {
  const child = { jobId: 'job_1', completedAt: T0 + 5_000 };
  return {
    lastFaultEndedAt: T0,
    accepted: [
      { idempotencyKey: 'k1', jobId: 'job_1', childIds: ['a', 'b'], at: T0 - 1_000 },
      { idempotencyKey: 'k1', jobId: 'job_1', childIds: ['a', 'b'], at: T0 - 500 },
    ],
    children: [
      { ...child, id: 'a', status: 'completed', outcome: 'answered', charged: true, price: 5 },
      { ...child, id: 'b', status: 'failed', outcome: 'timeout', charged: false, price: 3 },
    ],
    postings: [
      { childId: 'a', kind: 'reserve', amount: 5 },
      { childId: 'a', kind: 'settle', amount: 5 },
      { childId: 'b', kind: 'reserve', amount: 3 },
      { childId: 'b', kind: 'release', amount: 3 },
    ],
    balance: { reserved: 0, openChildren: 0 },
    events: [
      { id: 'e1', childId: 'a', status: 'completed' },
      { id: 'e2', childId: 'b', status: 'failed' },
    ],
    receipts: [
      { eventId: 'e1', childId: 'a', status: 'completed', verified: true },
      { eventId: 'e1', childId: 'a', status: 'completed', verified: true },
      { eventId: 'e2', childId: 'b', status: 'failed', verified: true },
    ],
    proofs: ['raw', 'envelope'].map((kind) => ({ childId: 'a', kind, problem: null })),
    envelopes: [{ childId: 'a', problem: null }],
    trouble: { refused: [], deaths: [], badEnds: [], disagreements: [], repairs: [] },
    left: { processes: [], folders: [] },
  };
}

/** Rules that some test here has broken. */
const broken = new Set<string>();

/** Rule and subject of everything found when `changed` is not as in the good run. */
function found(changed: Partial<Snapshot>): string[] {
  return violationsOf({ ...good(), ...changed }).map(({ rule, subject }) => {
    broken.add(rule);
    return `${rule} ${subject}`;
  });
}

describe('the oracle', () => {
  it('has nothing against a good run, in which deliveries are repeated, and counts it', () => {
    expect(violationsOf(good())).toEqual([]);
    expect(tallyOf(good(), [])).toMatchObject({
      ...{ searches: 1, children: 2, outcomes: { answered: 1, timeout: 1 }, charged: 1 },
      ...{ events: 2, deliveries: 3, redelivered: 1, proofsChecked: 2 },
    });
  });

  it('counts violations by rule', () => {
    const bad = { ...good(), left: { processes: ['1 chrome', '2 chrome'], folders: [] } };
    expect(tallyOf(bad, violationsOf(bad)).violations).toMatchObject({ 'left-behind': 2, lost: 0 });
  });

  it('finds a child that has not ended, or too late; what was accepted late has its own ten minutes', () => {
    const [a, b] = good().children;
    if (a === undefined || b === undefined) throw new Error('no children');
    const open = { ...b, status: 'queued', outcome: null, completedAt: null };
    expect(found({ children: [a, open] })).toContain('not-terminal b');
    const late = { ...b, completedAt: T0 + TERMINAL_WITHIN_MS + 1 };
    expect(found({ children: [a, late] })).toEqual(['not-terminal b']);
    const accepted = good().accepted.map((one) => ({ ...one, at: T0 + 10 }));
    expect(found({ children: [a, late], accepted })).toEqual([]);
  });

  it('finds an accepted child that is not stored, and a job without children', () => {
    expect(found({ children: good().children.slice(0, 1) })).toContain('lost b');
    const accepted = [...good().accepted, { idempotencyKey: 'k2', jobId: 'job_2', childIds: [], at: T0 }];
    expect(found({ accepted })).toEqual(['lost job_2']);
  });

  it('finds a key with two jobs, and a job nobody asked for', () => {
    const [first] = good().accepted;
    if (first === undefined) throw new Error('nothing accepted');
    expect(found({ accepted: [first, { ...first, jobId: 'job_9' }] })).toEqual(['job-doubled k1']);
    const stray = good().children.map((child) => (child.id === 'b' ? { ...child, jobId: 'job_7' } : child));
    expect(found({ children: stray })).toEqual(['job-doubled job_7']);
    const [a, b] = good().children;
    if (a === undefined || b === undefined) throw new Error('no children');
    expect(found({ children: [a, b, { ...b, id: 'c' }] })).toContain('job-doubled c');
  });

  it('finds charges that are doubled, missing, for nothing, of another amount, or only in the balance', () => {
    const { postings } = good();
    const settle = { childId: 'a', kind: 'settle', amount: 5 } as const;
    expect(found({ postings: [...postings, settle] })).toEqual(['charged-wrongly a']);
    expect(found({ postings: [...postings, { ...settle, kind: 'release' }] })).toEqual(['charged-wrongly a']);
    expect(found({ postings: postings.filter(({ kind }) => kind !== 'settle') })).toEqual([
      'charged-wrongly a',
    ]);
    expect(found({ postings: postings.filter(({ childId }) => childId !== 'b') })).toEqual([
      'charged-wrongly b',
    ]);
    const forNothing = postings.map((p) => (p.kind === 'release' ? { ...p, kind: 'settle' as const } : p));
    expect(found({ postings: forNothing })).toEqual(['charged-wrongly b']);
    const more = postings.map((p) => (p.kind === 'settle' ? { ...p, amount: 6 } : p));
    expect(found({ postings: more })).toEqual(['charged-wrongly a']);
    const twofold = postings.map((p) => ({ ...p, amount: 2 * p.amount }));
    expect(found({ postings: twofold })).toEqual(['charged-wrongly a', 'charged-wrongly b']);
    const nobody = { childId: 'c', kind: 'reserve', amount: 5 } as const;
    expect(found({ postings: [...postings, nobody] })).toEqual(['charged-wrongly c']);
    expect(found({ balance: { reserved: 5, openChildren: 0 } })).toEqual(['charged-wrongly the balance']);
    expect(found({ balance: { reserved: 0, openChildren: 1 } })).toEqual(['charged-wrongly the balance']);
  });

  it('finds events that are missing, doubled, undelivered, swapped, early, false or not verifiable', () => {
    const { events, receipts } = good();
    expect(found({ events: events.slice(1) })).toEqual(['event-wrong a']);
    expect(found({ events: [...events, { id: 'e3', childId: 'a', status: 'completed' }] })).toEqual([
      'event-wrong a',
    ]);
    expect(found({ receipts: receipts.slice(0, 2) })).toEqual(['event-wrong b']);
    const second = { eventId: 'e3', childId: 'a', status: 'completed', verified: true };
    expect(found({ receipts: [...receipts, second] })).toEqual(['event-wrong a']);
    const other = receipts.map((one) => (one.eventId === 'e2' ? { ...one, eventId: 'e4' } : one));
    expect(found({ receipts: other })).toEqual(['event-wrong b']);
    expect(found({ receipts: [...receipts, { ...second, childId: 'c' }] })).toEqual(['event-wrong c']);
    const early = { id: 'e3', childId: 'c', status: 'completed' };
    expect(found({ events: [...events, early] })).toEqual(['event-wrong c']);
    const lying = receipts.map((one) => ({ ...one, status: 'completed' }));
    expect(found({ receipts: lying })).toEqual(['event-wrong b']);
    const storedLie = events.map((one) => ({ ...one, status: 'failed' }));
    expect(found({ events: storedLie })).toEqual(['event-wrong a']);
    const forged = receipts.map((one) => (one.eventId === 'e2' ? { ...one, verified: false } : one));
    expect(found({ receipts: forged })).toEqual(['event-wrong e2']);
  });

  it('finds proof that does not verify, an Envelope that contradicts, and an answer without proof', () => {
    const { proofs } = good();
    const changed = { childId: 'a', kind: 'raw', problem: 'another hash' };
    expect(found({ proofs: [changed, ...proofs] })).toEqual(['proof-broken a']);
    for (const { kind } of proofs) {
      const others = proofs.filter((proof) => proof.kind !== kind);
      expect(found({ proofs: others })).toEqual(['proof-broken a']);
    }
    expect(found({ envelopes: [{ childId: 'a', problem: 'says failed' }] })).toEqual(['proof-broken a']);
    expect(found({ proofs: [] })).toEqual(['proof-broken a']);
  });

  it('finds refusals, processes that gave up or ended badly, and a queue that disagrees or was repaired', () => {
    const none = good().trouble;
    expect(found({ trouble: { ...none, refused: ['500 oops'] } })).toEqual(['refused 500 oops']);
    expect(found({ trouble: { ...none, deaths: ['worker-1'] } })).toEqual(['ended-by-itself worker-1']);
    expect(found({ trouble: { ...none, badEnds: ['api-0'] } })).toEqual(['ended-badly api-0']);
    expect(found({ trouble: { ...none, repairs: ['line'] } })).toEqual(['repaired line']);
    expect(found({ trouble: { ...none, disagreements: ['a'] } })).toEqual(['queue-disagrees a']);
  });

  it('finds processes and folders that are left', () => {
    const left = { processes: ['17 chrome'], folders: ['/tmp/x'] };
    expect(found({ left })).toEqual(['left-behind 17 chrome', 'left-behind /tmp/x']);
  });

  it('has no rule that nothing breaks', () => {
    expect([...broken].sort()).toEqual([...ruleNames()].sort());
  });
});
