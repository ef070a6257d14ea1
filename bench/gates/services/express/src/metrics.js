/** Memory of the process, in the text format of Prometheus. */
export function metrics(request, response) {
  const { rss, heapUsed } = process.memoryUsage();
  response
    .type('text/plain')
    .send(
      [
        '# HELP process_resident_memory_bytes Resident memory.',
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${rss}`,
        '# HELP nodejs_heap_size_used_bytes Heap in use.',
        '# TYPE nodejs_heap_size_used_bytes gauge',
        `nodejs_heap_size_used_bytes ${heapUsed}`,
        '',
      ].join('\n'),
    );
}
