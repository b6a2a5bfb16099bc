import { type ApiVersion, dialectChildId, dialectEnvelope, dialectRegion } from '../../contract/dialect.ts';
import type { ApiError, ErrorDetail } from '../../contract/errors.ts';
import type { NestedErrorBody } from '../wire-2026-06-01.ts';
import { jobViewWith, type Presenter } from './presenter.ts';

const VERSION: ApiVersion = '2026-06-01';

/** Details are a list here; those that are facts by name become entries of that name. */
function listed(details: NonNullable<ApiError['details']>): ErrorDetail[] {
  if (Array.isArray(details)) return details;
  return Object.entries(details).map(([path, value]) => ({
    path,
    message: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

/** The nested dialect (reference/search-api-first-dialect.md). */
export const nested: Presenter = {
  version: VERSION,
  error: (error): NestedErrorBody => ({
    error: {
      code: error.code,
      message: error.message,
      status: error.status,
      ...(error.details === undefined ? {} : { details: listed(error.details) }),
    },
  }),
  childId: (id) => dialectChildId(VERSION, id),
  region: (key) => dialectRegion(VERSION, key),
  envelope: (envelope) => dialectEnvelope(VERSION, envelope),
  jobView: (view) => jobViewWith(view, nested),
  accepted: (accepted) => ({ ...accepted, children: accepted.children.map((id) => nested.childId(id)) }),
  // A sync search has one capture in this dialect, and its Envelope is the whole answer.
  syncResult: ({ envelopes: [only, ...others] }) => {
    if (only === undefined || others.length > 0) throw new TypeError('a bare Envelope is one Envelope');
    return nested.envelope(only);
  },
};
