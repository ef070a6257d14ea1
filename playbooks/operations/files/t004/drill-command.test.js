test('a drill without a backup takes one, ends with 0 and leaves nothing', async () => {
  const before = await readdir(orders.dir);
  const { status, report, stderr } = run('restore-drill');
  assert.equal(status, 0, stderr);
  assert.deepEqual([report.ok, report.rows, report.schema], [true, 17, 'same']);
  assert.deepEqual(await readdir(orders.dir), before);
});

test('what goes wrong ends with 1 and one sentence, wrong arguments with 2', () => {
