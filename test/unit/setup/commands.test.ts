import { describe, expect, it } from 'vitest';
import { COMMANDS, commandsFor } from '../../../src/cli/commands.ts';

describe('the commands of fleet', () => {
  it('given the word of a command, when loaded, then it is that command and no other', async () => {
    expect((await commandsFor('worker')).map((command) => command.name())).toEqual(['worker']);
  });

  it.each([undefined, 'wroker', 'toString'])(
    'given %s, when loaded, then all are there to be listed, each under the word that loads it',
    async (word) => {
      const names = (await commandsFor(word)).map((command) => command.name());
      expect(names).toEqual(Object.keys(COMMANDS));
    },
  );
});
