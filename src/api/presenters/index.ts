import type { FastifyRequest } from 'fastify';
import type { ApiVersion } from '../../contract/dialect.ts';
import { nested } from './2026-06-01.ts';
import { flat } from './2026-06-27.ts';
import type { Presenter } from './presenter.ts';

const PRESENTERS: Readonly<Record<ApiVersion, Presenter>> = { '2026-06-27': flat, '2026-06-01': nested };

/** The presenter of a dialect. */
export function presenterOf(version: ApiVersion): Presenter {
  return PRESENTERS[version];
}

/** The presenter a request is answered with. */
export function presenterFor(request: FastifyRequest): Presenter {
  return PRESENTERS[request.apiVersion];
}
