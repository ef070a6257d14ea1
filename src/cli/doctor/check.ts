/** One line of `doctor`. `advice` is given where there is a gap. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'gap' | 'missing';
  /** What was found, in words. */
  readonly found: string;
  /** What to do about it; null when nothing has to be done. */
  readonly advice: string | null;
  /** It was tried out because somebody asked for it, so a gap is a failure. */
  readonly tried?: true;
}

/** Whether something that was to be tried out did not work. */
export function isTrialFailed(checks: readonly Check[]): boolean {
  return checks.some((check) => check.tried === true && check.state !== 'ok');
}

/** `missing` means nothing works without it; a `gap` only narrows what does. */
export function isEssentialMissing(checks: readonly Check[]): boolean {
  return checks.some((check) => check.state === 'missing');
}
