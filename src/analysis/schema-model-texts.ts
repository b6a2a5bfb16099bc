import type { Migration } from '../platform/migrations.ts';

/**
 * What a language model wrote, where one is configured: of a prompt which model, of a report or a content run each text
 * by the hash of what was asked, and who is asking now.
 */
export const MODEL_TEXTS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0018_model_texts',
    sql: `
ALTER TABLE fleet.report_prompt ADD COLUMN source jsonb;

CREATE TABLE fleet.model_text (
  report_id uuid REFERENCES fleet.report (id) ON DELETE CASCADE,
  run_id uuid REFERENCES fleet.content_run (id) ON DELETE CASCADE,
  owner_id uuid GENERATED ALWAYS AS (coalesce(report_id, run_id)) STORED,
  prompt_hash text NOT NULL,
  field text NOT NULL,
  model text NOT NULL,
  temperature double precision NOT NULL,
  value jsonb,
  problem text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, prompt_hash),
  CHECK (num_nonnulls(report_id, run_id) = 1),
  CHECK (num_nonnulls(value, problem) = 1)
);
CREATE INDEX model_text_report ON fleet.model_text (report_id);
CREATE INDEX model_text_run ON fleet.model_text (run_id);

CREATE TABLE fleet.model_task (
  report_id uuid REFERENCES fleet.report (id) ON DELETE CASCADE,
  run_id uuid REFERENCES fleet.content_run (id) ON DELETE CASCADE,
  owner_id uuid PRIMARY KEY GENERATED ALWAYS AS (coalesce(report_id, run_id)) STORED,
  since timestamptz NOT NULL,
  lease uuid NOT NULL,
  lease_until timestamptz NOT NULL,
  attempts integer NOT NULL,
  done boolean NOT NULL DEFAULT false,
  CHECK (num_nonnulls(report_id, run_id) = 1)
);
CREATE INDEX model_task_report ON fleet.model_task (report_id);
CREATE INDEX model_task_run ON fleet.model_task (run_id);
`,
  },
];
