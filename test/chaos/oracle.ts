/** What a client was told: a search it sent, and the children it was promised. Times are epoch milliseconds. */
export interface Accepted {
  idempotencyKey: string;
  jobId: string;
  childIds: readonly string[];
  at: number;
}

/** A child as its row says. */
export interface StoredChild {
  id: string;
  jobId: string;
  status: string;
  outcome: string | null;
  /** Whether such an end costs credits. */
  charged: boolean;
  completedAt: number | null;
}

export interface Posting {
  childId: string;
  kind: 'reserve' | 'settle' | 'release';
  amount: number;
}

/** An event of an ended child, as its row says. */
export interface StoredEvent {
  id: string;
  childId: string;
}

/** A delivery as the receiver saw it. */
export interface Receipt {
  eventId: string;
  childId: string;
  verified: boolean;
}

/** Everything the oracle looks at, taken down once the run is over. */
export interface Snapshot {
  /** Epoch milliseconds. */
  lastFaultEndedAt: number;
  accepted: readonly Accepted[];
  children: readonly StoredChild[];
  postings: readonly Posting[];
  /** What the balance says is still reserved, and how many children it counts as open. */
  balance: { reserved: number; openChildren: number };
  events: readonly StoredEvent[];
  receipts: readonly Receipt[];
  /** One per artefact that an ended child names: what is wrong with it, or null. */
  proofs: readonly { childId: string; kind: string; problem: string | null }[];
  /** Children whose Envelope stands in contradiction to their row, and why. */
  envelopes: readonly { childId: string; problem: string | null }[];
  /** Valid requests that were refused, processes that ended though nobody ended them, where queue and children disagree. */
  trouble: { refused: readonly string[]; deaths: readonly string[]; disagreements: readonly string[] };
  /** Processes and folders that are there although everything was told to end. */
  left: { processes: readonly string[]; folders: readonly string[] };
}

export interface Violation {
  rule: RuleName;
  /** The child, job or thing it is about. */
  subject: string;
  detail: string;
}

/** How long after the last fault every accepted child must have ended. */
export const TERMINAL_WITHIN_MS = 10 * 60_000;

const ENDED = new Set(['completed', 'failed', 'canceled', 'expired']);

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
    return [
      ...doubled.map(([key]) => ({ subject: key, detail: 'stands for several jobs' })),
      ...[...strays].map((id) => ({ subject: id, detail: 'belongs to no accepted search' })),
    ];
  },

  /** Each child reserves once and is resolved once: charged when its outcome costs, else released; books balance. */
  'charged-wrongly': ({ children, postings, balance }: Snapshot): Found[] => {
    const booked = groups(postings, ({ childId }) => childId);
    const open = children.filter(({ completedAt }) => completedAt === null);
    const wrong = children.flatMap((child) => {
      const told = (booked.get(child.id) ?? []).map(({ kind, amount }) => `${kind} ${amount}`).sort();
      const reserved = (booked.get(child.id) ?? []).find(({ kind }) => kind === 'reserve');
      const end = child.charged ? 'settle' : 'release';
      const due = [`reserve ${reserved?.amount}`];
      if (child.completedAt !== null) due.push(`${end} ${reserved?.amount}`);
      return told.join() === due.sort().join()
        ? []
        : [
            {
              subject: child.id,
              detail: `${child.outcome ?? child.status} booked: ${told.join(', ') || 'nothing'}`,
            },
          ];
    });
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
    const wrong = ended.flatMap(({ id }) => {
      const kept = (stored.get(id) ?? []).map((event) => event.id);
      const seen = new Set((received.get(id) ?? []).map(({ eventId }) => eventId));
      if (kept.length !== 1) return [{ subject: id, detail: `has ${kept.length} events` }];
      if (seen.size !== 1) return [{ subject: id, detail: `was told in ${seen.size} events` }];
      return seen.has(kept[0] ?? '')
        ? []
        : [{ subject: id, detail: 'was told in another event than its own' }];
    });
    const known = new Set(ended.map(({ id }) => id));
    const unknown = [...received.keys()].filter((id) => !known.has(id));
    return [
      ...wrong,
      ...unknown.map((id) => ({ subject: id, detail: 'was told, and has not ended' })),
      ...receipts
        .filter(({ verified }) => !verified)
        .map(({ eventId }) => ({ subject: eventId, detail: 'bears a signature that does not verify' })),
    ];
  },

  /** What an Envelope names is there, whole, and is what it says; an answer has proof. */
  'proof-broken': ({ children, proofs, envelopes }: Snapshot): Found[] => {
    const proven = new Set(proofs.map(({ childId }) => childId));
    return [
      ...[
        ...proofs.map((proof) => ({ ...proof, what: proof.kind })),
        ...envelopes.map((e) => ({ ...e, what: 'Envelope' })),
      ].flatMap(({ childId, what, problem }) =>
        problem === null ? [] : [{ subject: childId, detail: `${what}: ${problem}` }],
      ),
      ...children
        .filter(({ id, status }) => status === 'completed' && !proven.has(id))
        .map(({ id }) => ({ subject: id, detail: 'is completed without any proof' })),
    ];
  },

  /** A valid search is accepted in the end, never refused. */
  refused: ({ trouble }: Snapshot): Found[] =>
    trouble.refused.map((subject) => ({ subject, detail: 'is how a valid search was answered' })),

  /** No process gives up because of what happens around it. */
  'ended-by-itself': ({ trouble }: Snapshot): Found[] =>
    trouble.deaths.map((subject) => ({ subject, detail: 'though nobody ended it' })),

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

/** What a run comes to, for people. */
export interface Tally {
  searches: number;
  children: number;
  outcomes: Record<string, number>;
  charged: number;
  events: number;
  /** Deliveries, and how many of them repeated an event that had arrived. */
  deliveries: number;
  redelivered: number;
  proofsChecked: number;
  violations: Record<RuleName, number>;
}

/** Everything that is not as promised. Pure. */
export function violationsOf(snapshot: Snapshot): Violation[] {
  return ruleNames().flatMap((rule) => RULES[rule](snapshot).map((found) => ({ rule, ...found })));
}

/** Counts. Pure. */
export function tallyOf(snapshot: Snapshot, violations: readonly Violation[]): Tally {
  const outcomes: Record<string, number> = {};
  for (const { outcome, status } of snapshot.children) {
    const end = outcome ?? status;
    outcomes[end] = (outcomes[end] ?? 0) + 1;
  }
  const distinct = new Set(snapshot.receipts.map(({ eventId }) => eventId)).size;
  const count = (rule: RuleName) => violations.filter((violation) => violation.rule === rule).length;
  return {
    searches: new Set(snapshot.accepted.map(({ jobId }) => jobId)).size,
    children: snapshot.children.length,
    outcomes,
    charged: snapshot.postings.filter(({ kind }) => kind === 'settle').length,
    events: snapshot.events.length,
    deliveries: snapshot.receipts.length,
    redelivered: snapshot.receipts.length - distinct,
    proofsChecked: snapshot.proofs.length,
    violations: Object.fromEntries(ruleNames().map((rule) => [rule, count(rule)])) as Record<
      RuleName,
      number
    >,
  };
}

function ruleNames(): RuleName[] {
  return Object.keys(RULES) as RuleName[];
}

/** Each accepted job once, as it was first told: a repeated request is told the same job again. */
function jobsOf(accepted: readonly Accepted[]): Accepted[] {
  return [...groups(accepted, ({ jobId }) => jobId).values()].flatMap((told) => told.slice(0, 1));
}

function groups<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, by);
}
