import { TestWorkflowEnvironment } from '@temporalio/testing';

// Starting a server once is the only way the SDK offers to download one.
async function download(downloadDir: string): Promise<void> {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
}

download(process.argv[2] ?? '.').then(
  () => {
    process.exit(0);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
