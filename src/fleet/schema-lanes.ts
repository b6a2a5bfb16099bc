import type { Migration } from '../platform/migrations.ts';

/**
 * Lanes (a surface through an egress), shared by all workers. A pass is one capture under way; it counts only while its
 * attempt holds its child, so that the passes of killed workers are worth nothing the moment their children are taken
 * back. `child.route` says what decides a child's egress: `stage`, or the country asked for (upper case, or `GLOBAL`);
 * a trigger fills it, so that older processes on the same database need not know it.
 */
export const LANES_MIGRATIONS: readonly Migration[] = [
  {
    id: '0008_lanes',
    sql: `
CREATE TABLE fleet.lane (
  surface text NOT NULL,
  egress text NOT NULL,
  state jsonb NOT NULL,
  settings jsonb,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (surface, egress)
) WITH (fillfactor = 50);

CREATE TABLE fleet.lane_pass (
  child_id text PRIMARY KEY REFERENCES fleet.child (id) ON DELETE CASCADE,
  surface text NOT NULL,
  egress text NOT NULL,
  queue_job_id uuid NOT NULL,
  retry_count integer NOT NULL,
  spell integer NOT NULL,
  worker_id text NOT NULL,
  admitted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lane_pass_lane ON fleet.lane_pass (surface, egress);

CREATE VIEW fleet.lane_in_flight AS
SELECT p.* FROM fleet.lane_pass p
JOIN fleet.child c ON c.id = p.child_id AND c.status = 'processing' AND c.queue_job_id = p.queue_job_id
  AND c.claimed_retry = p.retry_count;

ALTER TABLE fleet.child
  ADD COLUMN route text,
  ADD COLUMN not_before timestamptz;
UPDATE fleet.child c SET route = CASE WHEN j.origin = 'stage' THEN 'stage' ELSE upper(split_part(c.region_key, ':', 1)) END
  FROM fleet.job j WHERE j.id = c.job_id;
CREATE FUNCTION fleet.child_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.route := CASE WHEN (SELECT origin FROM fleet.job WHERE id = NEW.job_id) = 'stage' THEN 'stage'
    ELSE upper(split_part(NEW.region_key, ':', 1)) END;
  RETURN NEW;
END $$;
CREATE TRIGGER child_route BEFORE INSERT ON fleet.child FOR EACH ROW EXECUTE FUNCTION fleet.child_route();
CREATE INDEX child_route ON fleet.child (surface, route) WHERE status = 'queued';
`,
  },
];
