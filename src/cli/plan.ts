import { Command, InvalidArgumentError } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { type ExpectedStop, expectedStop, type Plan, plannedWidths } from '../measure/plan.ts';

interface PlanOptions {
  prompts: number;
  replicates: number;
  p: number;
  correlation?: number;
  until?: number;
  json?: boolean;
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('must be a number');
  return value;
}

/** `fleet plan`: how exact a share will be, before anything is captured. */
export function planCommand(): Command {
  return new Command('plan')
    .description('how exact a share will be: half-widths of the 95 % intervals to expect')
    .requiredOption('--prompts <K>', 'different prompts', readNumber)
    .requiredOption('--replicates <m>', 'captures of each', readNumber)
    .requiredOption('--p <P>', 'the share expected, 0 to 1', readNumber)
    .option('--correlation <rho>', 'of runs of one prompt, from a pilot (0.6 when unknown)', readNumber)
    .option('--until <half>', 'half-width wanted: at which look replicates would stop', readNumber)
    .option('--json', 'print JSON')
    .action((options: PlanOptions) => {
      const plan: Plan = {
        ...{ prompts: options.prompts, replicates: options.replicates, share: options.p },
        ...(options.correlation === undefined ? {} : { correlation: options.correlation }),
      };
      const widths = checked(() => plannedWidths(plan));
      const { until } = options;
      const stop = until === undefined ? undefined : checked(() => expectedStop(plan, until));
      const points = (width: number): string => `± ${(width * 100).toFixed(1)} points`;
      const text = [
        `${widths.captures} captures per surface and region`,
        `for these prompts          ${points(widths.these)}`,
        `for questions like these   ${points(widths.category)}  (only more prompts help)`,
        ...(stop === undefined ? [] : [stopText(stop)]),
      ].join('\n');
      process.stdout.write(
        `${options.json ? JSON.stringify(stop === undefined ? widths : { ...widths, stop }) : text}\n`,
      );
    });
}

function stopText({ replicates, halfWidth }: ExpectedStop): string {
  const at = `± ${(halfWidth * 100).toFixed(1)} points at the look after`;
  return replicates === null
    ? `replicates until exact enough: not reached with 20 (${at} 20)`
    : `replicates until exact enough: expected to stop at ${replicates} (${at} ${replicates})`;
}

/** Throws INPUT_UNREADABLE for a number outside what it may be. */
function checked<T>(reckon: () => T): T {
  try {
    return reckon();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FleetError('INPUT_UNREADABLE', error.message, {
      fix: 'fleet plan --prompts 50 --replicates 3 --p 0.2',
    });
  }
}
