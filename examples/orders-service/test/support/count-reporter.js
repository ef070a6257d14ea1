/** Reports how many tests ran: neither skipped ones nor suites, which files are as well. */
export default async function* countReporter(events) {
  let count = 0;
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.skip !== undefined || data.todo !== undefined || data.details?.type === 'suite') continue;
    count += 1;
  }
  yield String(count);
}
