import {
  type CallName,
  ipc,
  pushes,
  type Reply,
  type Request,
  type Role,
} from '../../shared/ipc.ts';

/** What a test answers for main; a call it does not name throws, so that no page asks unnoticed. */
export type Answers = {
  readonly [K in CallName]?: (request: Request<K>) => Reply<K> | Promise<Reply<K>>;
};

/** A call the page made, as main would have parsed it. */
export interface Made {
  readonly name: CallName;
  readonly request: unknown;
}

/** Main as one page sees it. Every request, reply and push is parsed by the contract, so that it cannot drift. */
export function fakeMain(role: Role, answers: Answers) {
  const made: Made[] = [];
  const names = (Object.keys(ipc) as CallName[]).filter((name) =>
    (ipc[name].roles as readonly Role[]).includes(role),
  );
  return {
    /** The calls this page may make. */
    names,
    /** Every call made so far, oldest first. */
    made: made as readonly Made[],
    /** The requests of one kind of call, oldest first. */
    requests: <K extends CallName>(name: K): Request<K>[] =>
      made.filter((call) => call.name === name).map((call) => call.request as Request<K>),

    /** Answers one call as main does: throws on a name of another role, a malformed request or a malformed reply. */
    async call(name: string, request: unknown): Promise<unknown> {
      const known = names.find((allowed) => allowed === name);
      if (known === undefined) throw new Error(`${name} is not for this window`);
      const parsed: unknown = ipc[known].request.parse(request);
      made.push({ name: known, request: parsed });
      const answer = answers[known] as ((request: unknown) => unknown) | undefined;
      if (!answer) throw new Error(`This test has no answer for ${name}.`);
      return ipc[known].reply.parse(await answer(parsed));
    },

    /** A push, parsed as the contract has it. */
    push: (name: keyof typeof pushes, value: unknown): unknown => pushes[name].value.parse(value),
  };
}

export type FakeMain = ReturnType<typeof fakeMain>;
