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
  /** What a capture on its surface costs. */
  price: number;
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
  /** How it says that the child ended. */
  status: string;
}

/** A delivery as the receiver saw it. */
export interface Receipt {
  eventId: string;
  childId: string;
  status: string;
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
  trouble: {
    /** Valid requests that were refused. */
    refused: readonly string[];
    /** Processes that ended though nobody ended them. */
    deaths: readonly string[];
    /** Processes that were asked to end and did so otherwise than with 0. */
    badEnds: readonly string[];
    /** Where queue and children disagree. */
    disagreements: readonly string[];
    /** What a reconciler had to repair while the run lasted. */
    repairs: readonly string[];
  };
  /** Processes and folders that are there although everything was told to end. */
  left: { processes: readonly string[]; folders: readonly string[] };
}
