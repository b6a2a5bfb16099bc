import type { Accepted, Snapshot } from './oracle-facts.ts';

export interface Violation {
  rule: RuleName;
  /** The child, job or thing it is about. */
  subject: string;
  detail: string;
}

/** How long after the last fault every accepted child must have ended. */
export const TERMINAL_WITHIN_MS = 10 * 60_000;

const ENDED = new Set(['completed', 'failed', 'canceled', 'expired']);

/** What every completed capture has: the record of what the browser saw, and the Envelope read from it. */
const NEEDED = ['raw', 'envelope'];

type Found = Omit<Violation, 'rule'>;

const RULES = {
  /** Every accepted child terminal within 10 minutes of the last fault (or of its acceptance, when that was later). */
  'not-terminal': ({ accepted, children, lastFaultEndedAt }: Snapshot): Found[] => {
    const byId = new Map(children.map((child) => [child.id, child]));
    return jobsOf(accepted).flatMap(({ childIds, at }) =>
      childIds.flatMap((id) => {
        const child = byId.get(id);
        if (child === undefined) return []; // Lost: the next rule's.
        if (child.completedAt === null || !ENDED.has(child.status))
          return [{ subject: id, detail: `is ${child.status}` }];
        const lateMs = child.completedAt - Math.max(lastFaultEndedAt, at) - TERMINAL_WITHIN_MS;
        return lateMs > 0 ? [{ subject: id, detail: `ended ${lateMs} ms too late` }] : [];
      }),
    );
  },

  /** What was acknowledged is stored. */
  lost: ({ accepted, children }: Snapshot): Found[] => {
    const stored = new Set(children.map(({ id }) => id));
    return jobsOf(accepted).flatMap(({ childIds, jobId }) =>
      childIds.length === 0
        ? [{ subject: jobId, detail: 'was accepted without children' }]
        : childIds.filter((id) => !stored.has(id)).map((id) => ({ subject: id, detail: 'is not stored' })),
    );
  },

  /** A key names one job, however often its request was repeated, and nothing is stored that nobody asked for. */
  'job-doubled': ({ accepted, children }: Snapshot): Found[] => {
    const jobs = groups(accepted, ({ idempotencyKey }) => idempotencyKey);
    const doubled = [...jobs].filter(([, given]) => new Set(given.map(({ jobId }) => jobId)).size > 1);
    const known = new Set(accepted.map(({ jobId }) => jobId));
    const strays = new Set(children.map(({ jobId }) => jobId).filter((id) => !known.has(id)));
    const promised = new Set(accepted.flatMap(({ childIds }) => childIds));
    const more = children.filter(({ id, jobId }) => known.has(jobId) && !promised.has(id));
    return [
      ...doubled.map(([key]) => ({ subject: key, detail: 'stands for several jobs' })),
      ...[...strays].map((id) => ({ subject: id, detail: 'belongs to no accepted search' })),
      ...more.map(({ id }) => ({ subject: id, detail: 'is more than its search was told of' })),
    ];
  },

  /** Each child reserves its price once and is resolved once: charged when its outcome costs, else released; books balance. */
  'charged-wrongly': ({ children, postings, balance }: Snapshot): Found[] => {
    const booked = groups(postings, ({ childId }) => childId);
    const open = children.filter(({ completedAt }) => completedAt === null);
    const wrong = children.flatMap((child) => {
      const told = (booked.get(child.id) ?? []).map(({ kind, amount }) => `${kind} ${amount}`).sort();
      const end = child.charged ? 'settle' : 'release';
      const due = [`reserve ${child.price}`];
      if (child.completedAt !== null) due.push(`${end} ${child.price}`);
      return told.join() === due.sort().join()
        ? []
        : [
            {
              subject: child.id,
              detail: `${child.outcome ?? child.status} booked: ${told.join(', ') || 'nothing'}`,
            },
          ];
    });
    const known = new Set(children.map(({ id }) => id));
    for (const id of booked.keys())
      if (!known.has(id)) wrong.push({ subject: id, detail: 'is booked and not stored' });
    const held = open.flatMap(({ id }) => booked.get(id) ?? []).filter(({ kind }) => kind === 'reserve');
    const due = { reserved: held.reduce((sum, { amount }) => sum + amount, 0), openChildren: open.length };
    const balanced = due.reserved === balance.reserved && due.openChildren === balance.openChildren;
    const detail = `says ${JSON.stringify(balance)}, the children say ${JSON.stringify(due)}`;
    return balanced ? wrong : [...wrong, { subject: 'the balance', detail }];
  },

  /** Each ended child has one event, stored and received; the same event received again is no second one. */
  'event-wrong': ({ children, events, receipts }: Snapshot): Found[] => {
    const stored = groups(events, ({ childId }) => childId);
    const received = groups(receipts, ({ childId }) => childId);
    const ended = children.filter(({ completedAt }) => completedAt !== null);
    const wrong = ended.flatMap(({ id, status }) => {
      const kept = stored.get(id) ?? [];
      const got = received.get(id) ?? [];
      const seen = new Set(got.map(({ eventId }) => eventId));
      if (kept.length !== 1) return [{ subject: id, detail: `has ${kept.length} events` }];
      if (seen.size !== 1) return [{ subject: id, detail: `was told in ${seen.size} events` }];
      if (!seen.has(kept[0]?.id ?? ''))
        return [{ subject: id, detail: 'was told in another event than its own' }];
      const lie = [...kept, ...got].find((told) => told.status !== status);
      return lie === undefined ? [] : [{ subject: id, detail: `is ${status}, was told as ${lie.status}` }];
    });
    const known = new Set(ended.map(({ id }) => id));
    const unknown = [...new Set([...received.keys(), ...stored.keys()])].filter((id) => !known.has(id));
    return [
      ...wrong,
      ...unknown.map((id) => ({ subject: id, detail: 'was told, and has not ended' })),
      ...receipts
        .filter(({ verified }) => !verified)
        .map(({ eventId }) => ({ subject: eventId, detail: 'bears a signature that does not verify' })),
    ];
  },

  /** What an Envelope names is there, whole, and is what it says; what was completed has all that proves it. */
  'proof-broken': ({ children, proofs, envelopes }: Snapshot): Found[] => {
    const proven = groups(proofs, ({ childId }) => childId);
    const missing = (id: string): string[] => {
      const kinds = new Set(proven.get(id)?.map(({ kind }) => kind));
      return NEEDED.filter((kind) => !kinds.has(kind));
    };
    return [
      ...[
        ...proofs.map((proof) => ({ ...proof, what: proof.kind })),
        ...envelopes.map((e) => ({ ...e, what: 'Envelope' })),
      ].flatMap(({ childId, what, problem }) =>
        problem === null ? [] : [{ subject: childId, detail: `${what}: ${problem}` }],
      ),
      ...children
        .filter(({ id, status }) => status === 'completed' && missing(id).length > 0)
        .map(({ id }) => ({ subject: id, detail: `is completed without ${missing(id).join(', ')}` })),
    ];
  },

  /** A valid search is accepted in the end, never refused. */
  refused: ({ trouble }: Snapshot): Found[] =>
    trouble.refused.map((subject) => ({ subject, detail: 'is how a valid search was answered' })),

  /** No process gives up because of what happens around it. */
  'ended-by-itself': ({ trouble }: Snapshot): Found[] =>
    trouble.deaths.map((subject) => ({ subject, detail: 'though nobody ended it' })),

  /** A process that is asked to end does it well. */
  'ended-badly': ({ trouble }: Snapshot): Found[] =>
    trouble.badEnds.map((subject) => ({ subject, detail: 'when it was asked to end' })),

  /** No reconciler ever had to repair anything: children and queue only change together. */
  repaired: ({ trouble }: Snapshot): Found[] =>
    trouble.repairs.map((subject) => ({ subject, detail: 'had to repair queue or children' })),

  /** Children and queue agree. */
  'queue-disagrees': ({ trouble }: Snapshot): Found[] =>
    trouble.disagreements.map((subject) => ({
      subject,
      detail: 'is in one of queue and children, not in both',
    })),

  /** When everything was told to end, nothing is left. */
  'left-behind': ({ left }: Snapshot): Found[] => [
    ...left.processes.map((subject) => ({ subject, detail: 'still runs' })),
    ...left.folders.map((subject) => ({ subject, detail: 'still lies there' })),
  ],
} satisfies Record<string, (snapshot: Snapshot) => Found[]>;

export type RuleName = keyof typeof RULES;

/** Everything that is not as promised. Pure. */
export function violationsOf(snapshot: Snapshot): Violation[] {
  return ruleNames().flatMap((rule) => RULES[rule](snapshot).map((found) => ({ rule, ...found })));
}

/** Every rule, in the order in which they are looked at. */
export function ruleNames(): RuleName[] {
  return Object.keys(RULES) as RuleName[];
}

/** Each accepted job once, as it was first told: a repeated request is told the same job again. */
function jobsOf(accepted: readonly Accepted[]): Accepted[] {
  return [...groups(accepted, ({ jobId }) => jobId).values()].flatMap((told) => told.slice(0, 1));
}

function groups<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, by);
}
