import type { ServerIdentity } from '../shared/server.ts';
import type { Pins } from './inventory/pins.ts';
import type { ListedTool, Withheld } from './relay/list-answer.ts';

/** Shows a listed page of tools to the pins, and gives back which of them the client must not see. */
export const listFilter =
  (pins: Pins) =>
  (server: ServerIdentity, tools: readonly ListedTool[]): readonly Withheld[] => {
    const { withheld } = pins.seeList(
      server.id,
      server.label,
      tools.map(({ name, definition, text }) => ({ name, definition, source: text })),
    );
    return tools.flatMap(({ name }, index) => {
      const reason = withheld.get(name);
      return reason === undefined ? [] : [{ index, name, reason }];
    });
  };
