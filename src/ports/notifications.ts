import type { News, NewsKind, NotifyResult } from '../domain/notification/news';

/** Telling people what waits for them, over what the settings of this installation name. */
export interface Notifications {
  /** Whether anybody is to be told of anything. */
  isOn(): Promise<boolean>;
  /** Names of the channels that want news of this kind. */
  channelsFor(kind: NewsKind): Promise<readonly string[]>;
  /** @throws NotDelivered where the channel did not take it; told once more, it is the same notification */
  notify(request: {
    readonly owner: string;
    readonly channel: string;
    readonly news: News;
    readonly signal: AbortSignal;
  }): Promise<NotifyResult>;
}
