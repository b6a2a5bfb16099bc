import type { ApiErrorCode } from '../../contract/errors.ts';
import type { ErrorBody } from '../wire.ts';
import type { Presenter } from './presenter.ts';

/** A missing header is one of the ways of AUTH_INVALID here. */
function codeOf(code: ApiErrorCode): ErrorBody['code'] {
  return code === 'AUTH_MISSING' ? 'AUTH_INVALID' : code;
}

/** The flat dialect (reference/search-api.md): what the core stores is what it says. */
export const flat: Presenter = {
  version: '2026-06-27',
  error: (error, { requestId, docs }): ErrorBody => {
    const code = codeOf(error.code);
    return {
      code,
      error: error.message,
      request_id: requestId,
      docs_url: `${docs}#${code.toLowerCase()}`,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  },
  childId: (id) => id,
  region: (key) => key,
  envelope: (envelope) => envelope,
  jobView: (view) => view,
  accepted: (accepted) => accepted,
  syncResult: ({ jobId, status, envelopes }) => ({ jobId, status, children: [...envelopes] }),
};
