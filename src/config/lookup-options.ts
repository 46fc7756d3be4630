/** What ends the wait for an answer. */
export interface WaitOptions {
  /** Ends the wait of this caller; what others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** How one lookup differs from others. */
export interface LookupOptions extends WaitOptions {
  /** Reads past what this process remembers. Default: false. */
  readonly fresh?: boolean | undefined;
  /** Asks neither providers nor cacher: overrides and defaults only. Default: false. */
  readonly skipProviders?: boolean | undefined;
  /** Full name or ARN of a secret in Secrets Manager, which is read in place of the cache and the directories. */
  readonly secretId?: string | undefined;
}
