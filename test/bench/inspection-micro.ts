// Micro-benchmarks of inspection, masking and pins: `npx tsx test/bench/inspection-micro.ts`. Prints microseconds.
import { inspectAnswer } from '../../main/inspection/answer.ts';
import { showJson, showText } from '../../main/inspection/display.ts';
import { maskerFor, maskSecrets } from '../../main/inspection/mask.ts';
import { makeRequestInspection } from '../../main/inspection/request.ts';
import { inspectDefinition } from '../../main/inspection/tool-definition.ts';
import { makePins } from '../../main/inventory/pins.ts';
import { aCall } from '../fakes/call.ts';

/** Median of nine rounds, in microseconds of processor time a run, so that other load counts less. */
function measure(name: string, runs: number, act: () => unknown): void {
  for (let run = 0; run < runs; run += 1) act();
  const rounds: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const from = process.cpuUsage();
    for (let run = 0; run < runs; run += 1) act();
    const { user, system } = process.cpuUsage(from);
    rounds.push((user + system) / runs);
  }
  const median = rounds.sort((a, b) => a - b)[4] ?? 0;
  console.log(`${name.padEnd(58)} ${median.toFixed(2).padStart(10)} µs`);
}

const small = '{"path":"/home/ada/projects/site/src/index.ts","limit":100,"a":1}';
const named = '{"path":"/home/ada/projects/site/key.ts","token":"abcdef","b":1}';
const large = JSON.stringify({ text: 'The quick brown fox jumps over it. '.repeat(30_000) });
const inspect = makeRequestInspection();
const ownSecrets = maskerFor(['blue-horse-7-staple']);
const withOwn = makeRequestInspection(() => ownSecrets);
const call = aCall({ argumentsText: small });
const secretCall = aCall({ argumentsText: named });
const answer = (text: string) => ({
  bytes: Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } }),
  ),
  kind: 'result' as const,
});
const smallAnswer = answer('The weather is fine today.');
const largeAnswer = answer('The weather is fine today. '.repeat(39_000));
const emojiAnswer = answer('Fine 👩‍👩‍👧 day. '.repeat(40_000));
const definition = {
  name: 'search_files',
  description:
    'Searches the files below a folder for a pattern and returns the paths, newest first. Call list_roots before it to learn which folders are allowed.',
  inputSchema: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The folder to start from' },
      pattern: { type: 'string', description: 'A glob such as **/*.ts' },
      limit: { type: 'number', description: 'Most results, 100 unless given' },
    },
    required: ['path', 'pattern'],
  },
};

measure('mask 64 B of arguments, nothing in them', 50_000, () => maskSecrets(small));
measure('mask 64 B of arguments, a named secret in them', 20_000, () => maskSecrets(named));
measure('mask 64 B with one value of the keychain known', 50_000, () => ownSecrets(small));
measure('mask 1 MiB of JSON, nothing in it', 5, () => maskSecrets(large));
measure('inspect a request of 64 B', 50_000, () => inspect(call));
measure('inspect a request of 64 B, keychain values known', 50_000, () => withOwn(call));
measure('inspect a request of 64 B with a secret', 20_000, () => inspect(secretCall));
measure('inspect an answer of 90 B', 50_000, () => inspectAnswer(call, smallAnswer));
measure('inspect an answer of 1 MiB', 50, () => inspectAnswer(call, largeAnswer));
measure('inspect an answer of 1 MiB of emoji', 20, () => inspectAnswer(call, emojiAnswer));
measure('inspect a tool definition', 300, () => inspectDefinition(definition));
measure('show 64 B as text', 20_000, () => showText(small));
measure('show 64 B as JSON', 10_000, () => showJson(small));

const tools = Array.from({ length: 30 }, (_, at) => ({ ...definition, name: `search_${at}` }));
const kept: Parameters<Parameters<typeof makePins>[0]['store']['save']>[0][] = [];
const pins = makePins({
  store: { load: () => [], save: (row) => kept.push(row), all: () => kept },
  inspect: inspectDefinition,
  now: Date.now,
  record: () => undefined,
  show: (text) => text,
});
const list = tools.map((one) => ({ name: one.name, definition: one }));
measure('see a list of 30 tools again', 500, () => pins.seeList('srv', 'x', list));
measure('look a tool up', 100_000, () => pins.lookup('srv', 'search_7'));
