import { z } from 'zod';
import type { WatchCheck } from '../domain/coordination/coordination-settings';
import { CouldNotAsk } from './could-not-ask';
import { get, parseJson, requireSuccess, type HttpContext } from './http-answer';

type PrometheusCheck = Extract<WatchCheck, { kind: 'prometheus' }>;

/** Time in seconds, and the value as text: it may be NaN or infinite. */
const Sample = z.tuple([z.number(), z.string()]);

/** What Prometheus answers to an instant query (HTTP API, "Instant queries"); other keys are left alone. */
const Answer = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Sample })) }),
    z.object({ resultType: z.literal('scalar'), result: Sample }),
  ]),
});

/**
 * The one sample a PromQL query answers now.
 * @throws CouldNotAsk
 */
export async function askPrometheus({ url, query }: PrometheusCheck, context: HttpContext): Promise<number> {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v1/query`;
  address.searchParams.set('query', query);
  const answer = await get(address.href, context, 'body');
  // What is wrong with a query is told with 400 or 422.
  if (answer.status === 400 || answer.status === 422) {
    throw new CouldNotAsk(`Prometheus refused the query (status ${answer.status})`);
  }
  requireSuccess(answer);
  const parsed = Answer.safeParse(parseJson(answer));
  if (!parsed.success)
    throw new CouldNotAsk('it did not answer as Prometheus does, with a vector or a scalar');
  const { data } = parsed.data;
  if (data.resultType === 'scalar') return Number(data.result[1]);
  const [sample, ...more] = data.result;
  if (sample === undefined) throw new CouldNotAsk('the query answered no sample');
  if (more.length > 0) {
    throw new CouldNotAsk(`the query answered ${data.result.length} samples, not one; aggregate it`);
  }
  return Number(sample.value[1]);
}
