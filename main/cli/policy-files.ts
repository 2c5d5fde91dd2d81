import { z } from 'zod';
import { BundlePayload } from '../../shared/managed.ts';
import { PolicyRequest } from './policy-request.ts';

/** The files of a policy folder. */
export const fileNames = {
  rules: 'policy.cedar',
  bundle: 'bundle.json',
  tests: 'tests.json',
  readme: 'README.md',
} as const;

/**
 * `bundle.json`: everything of a bundle but its rules, which stand in `policy.cedar`, and the time of signing. It
 * holds for `validDays` days from then, or until `expires`.
 */
export const BundleFile = BundlePayload.omit({ cedar: true, issued: true, expires: true }).extend({
  expires: z.iso.datetime().optional(),
  validDays: z.number().int().min(1).max(3_650).default(90),
});
export type BundleFile = z.infer<typeof BundleFile>;

/** One test: a request and what should come of it. */
export const PolicyTest = z.strictObject({
  name: z.string().min(1).max(200),
  request: PolicyRequest,
  expect: z.strictObject({
    decision: z.enum(['allow', 'ask', 'deny']),
    /** Ids of rules that must be among those which made the decision. */
    rules: z.array(z.string().min(1)).optional(),
  }),
});
export type PolicyTest = z.infer<typeof PolicyTest>;

/** Whose machine the requests come from: paths below its home are the person's own. */
export const TestMachine = z.strictObject({
  platform: z.enum(['linux', 'darwin', 'win32']).default('linux'),
  home: z.string().min(1).default('/home/person'),
});
export type TestMachine = z.infer<typeof TestMachine>;

/** `tests.json`. */
export const TestFile = z.strictObject({
  machine: TestMachine.prefault({}),
  tests: z.array(PolicyTest).max(5_000),
});
export type TestFile = z.infer<typeof TestFile>;
