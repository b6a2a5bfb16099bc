import { FleetError } from '../contract/errors.ts';
import type { PageOrder } from './page-order.ts';

/** A browser that is well does not open a context as it was ordered: its proxy, or its profile, is at fault. */
export class ContextRefusal extends FleetError {
  readonly what: 'egress' | 'profile';

  constructor({ egress }: PageOrder, cause: unknown) {
    const told = egress === undefined ? 'the stored state of the profile' : `the egress ${egress.server}`;
    const fix = egress === undefined ? 'sign in again: fleet profile login' : 'correct it in FLEET_EGRESS';
    super('CONTEXT_REFUSED', `the browser refused ${told}`, { fix, cause });
    this.what = egress === undefined ? 'profile' : 'egress';
  }
}
