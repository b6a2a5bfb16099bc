import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFleetCounters } from '../../../src/fleet/fleet-counters.ts';
import { watchDisk, watchPools } from '../../../src/fleet/pool-metrics.ts';
import { watchRepairs, watchWorkers } from '../../../src/fleet/worker-metrics.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { testLog } from '../database.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const DOCKER = resolve(import.meta.dirname, '../../../docker');
const RULES = readFileSync(join(DOCKER, 'alerts.yaml'), 'utf8');
const PROMETHEUS = readFileSync(join(DOCKER, 'prometheus.yaml'), 'utf8');

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

/** What a worker serves beside what every process does. */
async function workerSeries(): Promise<string> {
  const metrics = createMetrics();
  const nothing = { browsers: 0, pagesOpen: 0, contexts: 0, browserBytes: 0, bytesPerCapture: null };
  watchPools(metrics, () => [{ counters: newFleetCounters(), gauges: () => nothing }]);
  watchDisk(metrics, { freeBytes: 1, freeFiles: 1 });
  watchWorkers(metrics, world.db, testLog);
  watchRepairs(metrics, { looks: 0, childrenRequeued: 0, jobsRemoved: 0 });
  return (await metrics.text()).body;
}

function seconds(name: string, text: string): number[] {
  return [...text.matchAll(new RegExp(`^ *${name}: (\\d+)s$`, 'gm'))].map((match) => Number(match[1]));
}

describe('the alarms of docker/alerts.yaml (P28)', () => {
  it('look at series that API and workers serve', async () => {
    const text = (await world.ask('/metrics')).text + (await workerSeries());
    const served = [...text.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1] ?? '');
    const expressions = [...RULES.matchAll(/^ *expr: (.+)$/gm)].map((match) => match[1] ?? '');
    expect(expressions).toHaveLength(RULES.match(/- alert: /g)?.length ?? 0);
    const own = expressions.filter((expression) => !expression.startsWith('up '));
    expect(own.length).toBeGreaterThanOrEqual(4);
    for (const expression of own)
      expect(
        served.some((name) => new RegExp(`\\(${name}[)[{]`).test(expression)),
        expression,
      ).toBe(true);
  });

  /** The expression of one alarm. */
  function expressionOf(alarm: string): string {
    return new RegExp(`- alert: ${alarm}\\n *expr: (.+)\\n`).exec(RULES)?.[1] ?? '';
  }

  it('one of them speaks up when no API tells of the database, for the others are then silent', () => {
    expect(expressionOf('Blind')).toBe('absent(fleet_workers)');
  });

  it('old work is told of where a worker is missing, and not where a lane is shut', () => {
    expect(expressionOf('QueueIsOld')).toContain('queue_oldest_ready_seconds');
  });

  it('a selector that hits nowhere any more fires too, when no worker has ever seen it hit', () => {
    const looks = 'sum by (surface, selector) (increase(selector_looks_total[1h]))';
    const hits = looks.replace('total[', 'total{result="hit"}[');
    const drifted = expressionOf('SelectorDrifted');
    expect(drifted).toContain(`(${hits} or 0 * ${looks}) / (${looks} > 10)`);
  });

  it('judge how often by all workers together, and only when there is enough to judge by', () => {
    for (const alarm of ['SelectorDrifted', 'FieldUnread']) {
      const expression = expressionOf(alarm);
      // A bound inside the sum would be asked of each worker's series alone.
      expect(expression, alarm).not.toMatch(/\[1[hd]\](?: offset 1h)?\) >/);
      expect(expression, alarm).toMatch(/\/ \(sum by .*\[1h\]\)\) > 10\)/);
    }
  });

  it('fire within 60 s: scrape, evaluation and patience together', () => {
    const [scrape = Number.NaN] = seconds('scrape_interval', PROMETHEUS);
    const [evaluation = Number.NaN] = seconds('evaluation_interval', PROMETHEUS);
    const patience = Math.max(0, ...seconds('for', RULES));
    // `for` counts from one evaluation to a later one.
    expect(scrape + 2 * evaluation + patience).toBeLessThanOrEqual(60);
  });

  it('are loaded by Prometheus in compose.yaml', () => {
    const compose = readFileSync(join(DOCKER, 'compose.yaml'), 'utf8');
    expect(PROMETHEUS).toMatch(/^rule_files:\n {2}- alerts\.yml$/m);
    expect(compose).toMatch(/- source: alerts\n +target: \/etc\/prometheus\/alerts\.yml/);
    expect(compose).toMatch(/^ {2}alerts:\n {4}file: \.\/alerts\.yaml$/m);
  });
});
