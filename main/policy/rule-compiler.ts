import { Worker } from 'node:worker_threads';
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { managedOrigin } from './load.ts';
import { type CompiledRule, compileRules, type RuleSet } from './rule-set.ts';

/** One message of the thread: rules as JSON, or what is left to say after the last of them. */
export type CompilerAnswer =
  | { readonly kind: 'rules'; readonly json: string }
  | { readonly kind: 'end'; readonly rest: Omit<RuleSet, 'rules'> };

/** What the thread is started with: the text as UTF-8. */
export interface CompilerTask {
  readonly text: Uint8Array<ArrayBuffer>;
}

/** The thread waits for this before it sends more, so that messages never pile up in front of a call. */
export const more = 'more';

/** Rules in one message: a millisecond to read. */
const inOneMessage = 50;

/** A rule as it is sent: the trees of its policy and guard as text. */
type SentRule = Omit<CompiledRule, 'policy' | 'guard'> & { readonly trees: string };

const sentForm = ({ policy, guard, ...rest }: CompiledRule): SentRule => ({
  ...rest,
  trees: JSON.stringify([policy, guard]),
});

/**
 * A rule that reads its trees when it is first asked. Ten thousand trees at once are half a million objects, and the
 * collector of garbage would stop everything for tens of milliseconds to move them; most rules are never asked.
 */
class ReceivedRule implements CompiledRule {
  readonly rule: CompiledRule['rule'];
  readonly key: string;
  readonly order: number;
  readonly line: number;
  readonly effect: CompiledRule['effect'];
  readonly text: string;
  readonly volatile: boolean;
  readonly need: CompiledRule['need'];
  readonly keys: CompiledRule['keys'];
  #trees: string | readonly [PolicyJson, PolicyJson | null];

  constructor(sent: SentRule) {
    this.rule = sent.rule;
    this.key = sent.key;
    this.order = sent.order;
    this.line = sent.line;
    this.effect = sent.effect;
    this.text = sent.text;
    this.volatile = sent.volatile;
    this.need = sent.need;
    this.keys = sent.keys;
    this.#trees = sent.trees;
  }

  get policy(): PolicyJson {
    return this.#read()[0];
  }

  get guard(): PolicyJson | undefined {
    return this.#read()[1] ?? undefined;
  }

  #read(): readonly [PolicyJson, PolicyJson | null] {
    if (typeof this.#trees === 'string') {
      this.#trees = JSON.parse(this.#trees) as [PolicyJson, PolicyJson | null];
    }
    return this.#trees;
  }
}

/** Compiles a text in this thread and cuts the result into messages. For the script of the thread. */
export function* compilerAnswers({ text }: CompilerTask): Generator<CompilerAnswer> {
  const { rules, ...rest } = compileRules(new TextDecoder().decode(text), managedOrigin);
  for (let from = 0; from < rules.length; from += inOneMessage) {
    yield {
      kind: 'rules',
      json: JSON.stringify(rules.slice(from, from + inOneMessage).map(sentForm)),
    };
  }
  yield { kind: 'end', rest };
}

/**
 * Compiles managed rules in a thread of its own: ten thousand take Cedar the better part of a second, and no call may
 * wait for that. `file` is the script of the thread. Rejects when the thread fails.
 */
export function threadedCompiler(file: URL): (text: string) => Promise<RuleSet> {
  return (text) =>
    new Promise((resolve, reject) => {
      const task: CompilerTask = { text: new TextEncoder().encode(text) };
      const worker = new Worker(file, {
        workerData: task,
        transferList: [task.text.buffer],
      });
      const rules: CompiledRule[] = [];
      worker.on('message', (answer: CompilerAnswer) => {
        if (answer.kind === 'end') {
          resolve({ rules, ...answer.rest });
          void worker.terminate();
          return;
        }
        // Written by our own thread from values of this very type, whose absent members JSON leaves out.
        const sent = JSON.parse(answer.json) as SentRule[];
        rules.push(...sent.map((rule) => new ReceivedRule(rule)));
        setImmediate(() => worker.postMessage(more));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The thread that compiles rules ended early.')));
    });
}
