const MAX_CLIENTS = 50_000;

/**
 * Counts requests per client address in fixed windows. Counters live in this process: with n instances a client
 * gets up to n times the limit.
 *
 * @param {{ max: number, windowMs: number }} limit
 * @returns {(address: string) => { allowed: boolean, headers: Record<string, string> }}
 */
export function createRateLimit({ max, windowMs }) {
  /** @type {Map<string, { count: number, resetAt: number }>} */
  const windows = new Map();
  return (address) => {
    const now = Date.now();
    let window = windows.get(address);
    if (!window || window.resetAt <= now) {
      if (windows.size >= MAX_CLIENTS) forgetClosed(windows, now);
      window = { count: 0, resetAt: now + windowMs };
      windows.set(address, window);
    }
    window.count += 1;
    const secondsLeft = String(Math.ceil((window.resetAt - now) / 1000));
    const allowed = window.count <= max;
    return {
      allowed,
      headers: {
        'ratelimit-limit': String(max),
        'ratelimit-remaining': String(Math.max(0, max - window.count)),
        'ratelimit-reset': secondsLeft,
        ...(allowed ? {} : { 'retry-after': secondsLeft }),
      },
    };
  };
}

function forgetClosed(windows, now) {
  for (const [address, window] of windows) if (window.resetAt <= now) windows.delete(address);
  // Under a flood from many addresses nothing has expired yet: memory stays bounded, counting restarts.
  if (windows.size >= MAX_CLIENTS) windows.clear();
}
