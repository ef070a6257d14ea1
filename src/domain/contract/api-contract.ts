import { FRONTEND_COORDINATOR, type COORDINATOR, type Specialist } from '../department/specialists';

interface ApiContractRow {
  readonly key: string;
  readonly title: string;
  /** `implementers` are the specialists of the implementation tasks behind the contract. */
  readonly who: readonly (Specialist | typeof COORDINATOR | typeof FRONTEND_COORDINATOR | 'implementers')[];
  /** What has to exist before the step counts as done. */
  readonly owed: string;
}

/** What every new API goes through, in order (charter: "API Contract Coordination"). */
export const API_CONTRACT_STEPS = [
  {
    key: 'design',
    title: 'Design the contract',
    who: ['api-architect'],
    owed: 'an API spec that says every operation, input, answer and error',
  },
  {
    key: 'share',
    title: 'Share the spec with @frontend-coordinator',
    who: ['backend-coordinator'],
    owed: 'the spec, named by its hash, in the hands of those who will call it',
  },
  {
    key: 'validate',
    title: 'Have the frontend validate it',
    who: [FRONTEND_COORDINATOR],
    owed: 'an approval of exactly this hash, or the changes asked for',
  },
  {
    key: 'implement',
    title: 'Implement it',
    who: ['implementers'],
    owed: 'endpoints that answer as the locked spec says',
  },
  {
    key: 'integrate',
    title: 'Test it together with the frontend',
    who: ['implementers', FRONTEND_COORDINATOR],
    owed: 'a run of the integration tests against the service, with its output',
  },
] as const satisfies readonly ApiContractRow[];
