import { expect, test } from 'vitest';
import { listScenes, sceneTable } from '../../../src/cli/stage.ts';
import { STAGES } from '../../../src/stage/registry.ts';
import { echoStage } from '../../integration/stage/echo-stage.ts';

test('every surface lists all its scenes, the plain one first', () => {
  const listings = listScenes([echoStage()]);
  expect(listings[0]).toMatchObject({ surface: 'chatgpt', scene: 'plain', plain: true });
  expect(listings).toHaveLength(Object.keys(echoStage().scenes).length);
  expect(sceneTable(listings)).toMatch(
    /^chatgpt\n {2}plain +types into a textarea \(answered, plain\)\n {2}rich/,
  );
});

test('every registered surface has its plain scene, hosts, and scene names that a prefix can say', () => {
  for (const stage of STAGES) {
    expect(Object.keys(stage.scenes), stage.surface).toContain(stage.plain);
    expect(stage.hosts.length, stage.surface).toBeGreaterThan(0);
    for (const name of Object.keys(stage.scenes))
      expect(name, stage.surface).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
  }
});
