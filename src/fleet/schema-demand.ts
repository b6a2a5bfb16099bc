import type { Migration } from '../platform/migrations.ts';

/**
 * How much work each lane has for workers, for an autoscaler to ask (docker/kubernetes/keda.yaml): what its limits and its
 * breaker let through, and not all that waits, because more workers change nothing about a lane that is shut or full. The
 * rules are those of lane-decision.ts; a test holds both against each other. `wanted`: captures that could be under way now,
 * those that are included. `oldest_seconds`: how long the one that has been due longest waits for a worker; 0 where it
 * waits for its lane. In plpgsql, whose bodies Postgres does not tie to what they name: pg-boss may go on changing its tables.
 */
export const DEMAND_MIGRATIONS: readonly Migration[] = [
  {
    id: '0019_demand',
    sql: `
CREATE FUNCTION fleet.demand()
  RETURNS TABLE (surface text, egress text, running integer, waiting integer, wanted integer, oldest_seconds float8)
  LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT float8 := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
  RETURN QUERY
  WITH child AS (
    SELECT c.surface, c.status,
      CASE WHEN c.surface = 'page' THEN 'direct' WHEN c.route = 'stage' THEN 'stage'
        WHEN own.egress IS NOT NULL THEN own.egress ELSE 'direct' END AS egress,
      greatest(j.created_at, c.not_before, q.start_after) AS due_at
    FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
    LEFT JOIN fleet.lane own ON own.surface = c.surface AND own.egress = c.route
    -- Only who waits for another attempt waits for its own queue job.
    LEFT JOIN pgboss.job q ON c.attempts > 0 AND q.name = 'capture.' || c.surface AND q.id = c.queue_job_id
    WHERE c.status IN ('queued', 'processing')
  ), load AS (
    SELECT child.surface, child.egress,
      (count(*) FILTER (WHERE status = 'processing'))::integer AS running,
      (count(*) FILTER (WHERE status = 'queued' AND due_at <= now()))::integer AS waiting,
      min(due_at) FILTER (WHERE status = 'queued' AND due_at <= now()) AS since
    FROM child GROUP BY child.surface, child.egress
  ), lane AS (
    SELECT l.surface, l.egress, l.state, l.settings,
      CASE WHEN l.state->>'phase' = 'flowing' THEN (l.settings->>'atOnce')::integer ELSE 1 END AS at_once,
      coalesce((l.state->'held'->>'until')::float8 > now_ms, jsonb_typeof(l.state->'held') = 'object')
        OR (l.state->>'phase' = 'cooling' AND (l.state->>'coolUntil')::float8 > now_ms)
        OR coalesce(fleet.in_quiet_hours(l.settings->'quiet'), false) AS shut,
      (l.state->>'nextAt')::float8 > now_ms AS paced
    -- Without limits a lane has no breaker either; what was closed by hand asks for nobody in any case.
    FROM fleet.lane l WHERE l.settings IS NOT NULL OR jsonb_typeof(l.state->'held') = 'object'
  ), room AS (
    SELECT load.*,
      CASE WHEN lane.shut THEN 0 WHEN lane.settings IS NULL THEN load.waiting
        ELSE greatest(0, least(load.waiting, lane.at_once - load.running)) END AS may_start,
      coalesce(lane.settings IS NOT NULL AND lane.paced, false) AS paced
    FROM load LEFT JOIN lane USING (surface, egress)
  )
  SELECT room.surface, room.egress, room.running, room.waiting, room.running + may_start,
    CASE WHEN may_start > 0 AND NOT paced THEN extract(epoch FROM now() - since)::float8 ELSE 0 END
  FROM room;
END $$;

CREATE FUNCTION fleet.in_quiet_hours(quiet jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  local CONSTANT timestamp := clock_timestamp() AT TIME ZONE (quiet->>'zone');
  minute CONSTANT integer := extract(hour FROM local) * 60 + extract(minute FROM local);
  from_minute CONSTANT integer := quiet->>'fromMinute';
  to_minute CONSTANT integer := quiet->>'toMinute';
BEGIN
  RETURN CASE WHEN from_minute <= to_minute THEN minute >= from_minute AND minute < to_minute
    ELSE minute >= from_minute OR minute < to_minute END;
END $$;
`,
  },
  {
    // Waits as lane-decision.ts does; and a capture waits for a worker only since its lane has let it through.
    id: '0023_demand_since',
    sql: `
CREATE FUNCTION fleet.quiet_ended(quiet jsonb) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
  local CONSTANT timestamp := clock_timestamp() AT TIME ZONE (quiet->>'zone');
  ended CONSTANT timestamp := date_trunc('day', local) + (quiet->>'toMinute')::integer * interval '1 min';
BEGIN
  RETURN (CASE WHEN ended > local THEN ended - interval '1 day' ELSE ended END) AT TIME ZONE (quiet->>'zone');
END $$;

CREATE OR REPLACE FUNCTION fleet.demand()
  RETURNS TABLE (surface text, egress text, running integer, waiting integer, wanted integer, oldest_seconds float8)
  LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT float8 := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
  RETURN QUERY
  WITH child AS (
    SELECT c.surface, c.status,
      CASE WHEN c.surface = 'page' THEN 'direct' WHEN c.route = 'stage' THEN 'stage'
        WHEN own.egress IS NOT NULL THEN own.egress ELSE 'direct' END AS egress,
      greatest(j.created_at, c.not_before, q.start_after) AS due_at
    FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
    LEFT JOIN fleet.lane own ON own.surface = c.surface AND own.egress = c.route
    -- Only who waits for another attempt waits for its own queue job.
    LEFT JOIN pgboss.job q ON c.attempts > 0 AND q.name = 'capture.' || c.surface AND q.id = c.queue_job_id
    WHERE c.status IN ('queued', 'processing')
  ), load AS (
    SELECT child.surface, child.egress,
      (count(*) FILTER (WHERE status = 'processing'))::integer AS running,
      (count(*) FILTER (WHERE status = 'queued' AND due_at <= now()))::integer AS waiting,
      min(due_at) FILTER (WHERE status = 'queued' AND due_at <= now()) AS since
    FROM child GROUP BY child.surface, child.egress
  ), lane AS (
    SELECT l.surface, l.egress, l.state, l.settings,
      CASE WHEN l.state->>'phase' = 'flowing' THEN (l.settings->>'atOnce')::integer ELSE 1 END AS at_once,
      coalesce((l.state->'held'->>'until')::float8 > now_ms, jsonb_typeof(l.state->'held') = 'object')
        OR (l.state->>'phase' = 'cooling' AND (l.state->>'coolUntil')::float8 > now_ms)
        OR coalesce(fleet.in_quiet_hours(l.settings->'quiet'), false) AS shut,
      -- A wait that these settings never give was written under slower ones, or before the clock was set back.
      (l.state->>'nextAt')::float8 > now_ms AND (l.state->>'nextAt')::float8 - now_ms <= ceil(
        60000 / (l.settings->>'perMinute')::float8 * (1 + (l.settings->>'jitter')::float8)) AS paced,
      (SELECT to_timestamp(max(moment) / 1000) FROM (VALUES ((l.state->>'nextAt')::float8),
        ((l.state->>'coolUntil')::float8), ((l.state->'held'->>'until')::float8),
        (extract(epoch FROM fleet.quiet_ended(l.settings->'quiet')) * 1000)) AS pause (moment)
        WHERE moment <= now_ms) AS open_since
    -- Without limits a lane has no breaker either; what was closed by hand asks for nobody in any case.
    FROM fleet.lane l WHERE l.settings IS NOT NULL OR jsonb_typeof(l.state->'held') = 'object'
  ), room AS (
    SELECT load.*,
      CASE WHEN lane.shut THEN 0 WHEN lane.settings IS NULL THEN load.waiting
        ELSE greatest(0, least(load.waiting, lane.at_once - load.running)) END AS may_start,
      coalesce(lane.settings IS NOT NULL AND lane.paced, false) AS paced,
      CASE WHEN lane.settings IS NULL THEN load.since ELSE greatest(load.since, lane.open_since) END AS ready
    FROM load LEFT JOIN lane USING (surface, egress)
  )
  SELECT room.surface, room.egress, room.running, room.waiting, room.running + may_start,
    CASE WHEN may_start > 0 AND NOT paced THEN greatest(0, extract(epoch FROM now() - ready))::float8 ELSE 0 END
  FROM room;
END $$;
`,
  },
];
