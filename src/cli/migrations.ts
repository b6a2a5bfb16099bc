import { CONTENT_MIGRATIONS } from '../analysis/schema-content.ts';
import { FACTS_MIGRATIONS } from '../analysis/schema-facts.ts';
import { KEPT_ANSWERS_MIGRATIONS } from '../analysis/schema-kept-answers.ts';
import { LOOKS_MIGRATIONS } from '../analysis/schema-looks.ts';
import { MODEL_TEXTS_MIGRATIONS } from '../analysis/schema-model-texts.ts';
import { OBSERVATIONS_MIGRATIONS } from '../analysis/schema-observations.ts';
import { PROPOSALS_MIGRATIONS } from '../analysis/schema-proposals.ts';
import { REPORTS_MIGRATIONS } from '../analysis/schema-reports.ts';
import { SUGGESTIONS_MIGRATIONS } from '../analysis/schema-suggestions.ts';
import { FLEET_MIGRATIONS } from '../fleet/schema.ts';
import { DEMAND_MIGRATIONS } from '../fleet/schema-demand.ts';
import { LANES_MIGRATIONS } from '../fleet/schema-lanes.ts';
import { JOBS_MIGRATIONS } from '../jobs/schema.ts';
import { ACCOUNTS_MIGRATIONS } from '../jobs/schema-accounts.ts';
import { EVENTS_MIGRATIONS } from '../jobs/schema-events.ts';
import { FEATURES_MIGRATIONS } from '../jobs/schema-features.ts';
import { HUNDREDTHS_MIGRATIONS } from '../jobs/schema-hundredths.ts';
import { LEFT_PROOF_MIGRATIONS } from '../jobs/schema-left-proof.ts';
import { MORE_JOBS_MIGRATIONS } from '../jobs/schema-more.ts';
import { PAGES_MIGRATIONS } from '../jobs/schema-pages.ts';
import { TRACES_MIGRATIONS } from '../jobs/schema-traces.ts';
import { WORK_MIGRATIONS } from '../jobs/schema-work.ts';
import type { Migration } from '../platform/migrations.ts';
import { WEBHOOKS_MIGRATIONS } from '../webhooks/schema.ts';

/** Every step of every owner; `migrate` sorts them by id. */
export const ALL_MIGRATIONS: readonly Migration[] = [
  ...JOBS_MIGRATIONS,
  ...FLEET_MIGRATIONS,
  ...LANES_MIGRATIONS,
  ...ACCOUNTS_MIGRATIONS,
  ...MORE_JOBS_MIGRATIONS,
  ...EVENTS_MIGRATIONS,
  ...FEATURES_MIGRATIONS,
  ...WEBHOOKS_MIGRATIONS,
  ...TRACES_MIGRATIONS,
  ...WORK_MIGRATIONS,
  ...PAGES_MIGRATIONS,
  ...CONTENT_MIGRATIONS,
  ...REPORTS_MIGRATIONS,
  ...KEPT_ANSWERS_MIGRATIONS,
  ...FACTS_MIGRATIONS,
  ...OBSERVATIONS_MIGRATIONS,
  ...LOOKS_MIGRATIONS,
  ...MODEL_TEXTS_MIGRATIONS,
  ...SUGGESTIONS_MIGRATIONS,
  ...DEMAND_MIGRATIONS,
  ...HUNDREDTHS_MIGRATIONS,
  ...PROPOSALS_MIGRATIONS,
  ...LEFT_PROOF_MIGRATIONS,
];
