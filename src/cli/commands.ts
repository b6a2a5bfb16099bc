import type { Command } from 'commander';

/**
 * Every command, in the order in which `fleet --help` lists them. Loaded when it is asked for: a worker that starts need
 * not read the code of the API, the reports and the rest.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).startCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  api: async () => (await import('./api.ts')).apiCommand(),
  worker: async () => (await import('./worker.ts')).workerCommand(),
  courier: async () => (await import('./courier.ts')).courierCommand(),
  capture: async () => (await import('./capture.ts')).captureCommand(),
  extract: async () => (await import('./extract.ts')).extractCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  score: async () => (await import('./score.ts')).scoreCommand(),
  stage: async () => (await import('./stage.ts')).stageCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  accounts: async () => (await import('./accounts.ts')).accountsCommand(),
  artifacts: async () => (await import('./artifacts.ts')).artifactsCommand(),
  profile: async () => (await import('./profile.ts')).profileCommand(),
  lanes: async () => (await import('./lanes.ts')).lanesCommand(),
  top: async () => (await import('./top.ts')).topCommand(),
  plan: async () => (await import('./plan.ts')).planCommand(),
  analyse: async () => (await import('./analyse.ts')).analyseCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
};

/** The command that the first word names, alone; all where it names none (`--help`, a typing error). */
export async function commandsFor(word: string | undefined): Promise<Command[]> {
  const named = word !== undefined && Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  return Promise.all((named === undefined ? Object.values(COMMANDS) : [named]).map((load) => load()));
}
