/** Ends a `switch` over a closed set: the compiler refuses a missing case, the run time names the stray value. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`Unexpected ${what}: ${JSON.stringify(value)}`);
}
