import { z } from 'zod';
import type { Figure } from '../measure/figure.ts';
import type { Methodology } from '../measure/methodology.ts';
import type { TrendPoint } from '../measure/trend.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';

/** Earlier reports shown beside one. */
const MOST_REPORTS = 24;

// Written by `storeMeasured`, from figures that were measured.
const figure = z.custom<Figure>((value) => typeof value === 'object' && value !== null);

const historyRow = z.object({
  id: z.string(),
  captured: z.string().nullable(),
  completedAt: z.date(),
  presence: figure,
  citationPresence: figure,
  noiseFloor: z.number().nullable(),
  bookHash: z.string(),
});

/**
 * What earlier reports of the same brand said that asked the same prompts on the same surfaces in the same place, as
 * each was measured last; the oldest first, at most 24. `bookHash`: of the report it is shown beside.
 */
export async function readHistory(sql: Sql, reportId: string, bookHash: string): Promise<TrendPoint[]> {
  const { rows } = await sql.query(
    `SELECT earlier.id, m.metrics #>> '{methodology,window,last}' AS captured,
       earlier.completed_at AS "completedAt", own.brand -> 'presence' AS presence,
       own.brand -> 'citationPresence' AS "citationPresence",
       (m.metrics #>> '{stability,noiseFloor}')::float8 AS "noiseFloor", m.brand_book_hash AS "bookHash"
     FROM fleet.report this
     JOIN fleet.report earlier ON earlier.brand_id = this.brand_id AND earlier.account_id = this.account_id
       AND (earlier.created_at, earlier.id) < (this.created_at, this.id) AND earlier.status = 'completed'
       AND earlier.surfaces @> this.surfaces AND earlier.surfaces <@ this.surfaces
       AND earlier.region IS NOT DISTINCT FROM this.region
     CROSS JOIN LATERAL (SELECT * FROM fleet.report_metrics WHERE report_id = earlier.id
       ORDER BY measured_at DESC LIMIT 1) m
     CROSS JOIN LATERAL (SELECT jsonb_path_query_first(m.metrics, '$.brands[*] ? (@.own == true)') AS brand) own
     WHERE this.id = $1 AND own.brand IS NOT NULL
       AND (SELECT array_agg(text ORDER BY text) FROM fleet.report_prompt WHERE report_id = earlier.id)
         = (SELECT array_agg(text ORDER BY text) FROM fleet.report_prompt WHERE report_id = this.id)
     ORDER BY earlier.created_at DESC, earlier.id DESC LIMIT ${MOST_REPORTS}`,
    [reportId],
  );
  return z
    .array(historyRow)
    .parse(rows)
    .reverse()
    .map(({ id, captured, completedAt, bookHash: own, ...point }) => ({
      ...point,
      at: captured ?? isoTime(completedAt.getTime()),
      ...{ key: id, kind: 'report', sameBook: own === bookHash },
    }));
}

const DAY_MS = 24 * 3_600_000;

/**
 * How often the same was asked so far, this report among them, and the mean of the days between. `last`: its last
 * capture; null: the moment is not known, and so no interval.
 */
export async function readCadence(
  sql: Sql,
  reportId: string,
  last: string | null,
): Promise<Methodology['cadence']> {
  const earlier = await readHistory(sql, reportId, '');
  const [first] = earlier;
  if (first === undefined || last === null) return { runs: earlier.length + 1, intervalDays: null };
  const days = (Date.parse(last) - Date.parse(first.at)) / DAY_MS / earlier.length;
  return { runs: earlier.length + 1, intervalDays: Math.round(days * 100) / 100 };
}
