import { Context } from '@temporalio/activity';

/** Works, beating, until Temporal cancels the activity; then takes `endingMs` to stop, as killing processes does. */
export async function workUntilCancelled(endingMs = 0): Promise<never> {
  const context = Context.current();
  const timer = setInterval(() => {
    context.heartbeat();
  }, 50);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(timer);
    await new Promise((resolve) => setTimeout(resolve, endingMs));
  }
}
