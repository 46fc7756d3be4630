/** A setting as a source holds it. */
export interface StoredSetting {
  readonly directory: string;
  readonly name: string;
  readonly value: string;
}

/** What a source holds and how it answers. */
export interface SourceOptions {
  readonly settings?: readonly StoredSetting[];
  /** Thrown for the first listings, one each. */
  readonly failures?: readonly Error[];
  /** How many settings each page of a listing has; every page but the last has a token. Absent: all on one page. */
  readonly pages?: readonly number[];
  /** Whether every page gives the same token. */
  readonly repeatsToken?: boolean;
}

/** One page of a listing. */
export interface SourcePage {
  readonly settings: readonly StoredSetting[];
  /** Leads to the next page; `undefined` at the end. */
  readonly token: string | undefined;
}

/** A service that lists settings page by page, for doubles of the real ones. */
export class Source {
  /** How many listings have been begun. */
  listings = 0;
  private readonly failures: Error[];

  constructor(private readonly options: SourceOptions) {
    this.failures = [...(options.failures ?? [])];
  }

  /** All settings, in the order in which they are listed. */
  get settings(): readonly StoredSetting[] {
    return this.options.settings ?? [];
  }

  /** Gives a page of the settings that match. @throws The next failure, when there is one left. */
  list(token: string | undefined, matches: (setting: StoredSetting) => boolean): SourcePage {
    if (token === undefined) this.listings += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const { pages, repeatsToken = false } = this.options;
    if (repeatsToken) return { settings: [], token: 'again' };
    const found = this.settings.filter(matches);
    if (pages === undefined) return { settings: found, token: undefined };
    const index = Number(token ?? 0);
    const start = pages.slice(0, index).reduce((sum, each) => sum + each, 0);
    const settings = found.slice(start, start + (pages[index] ?? 0));
    return { settings, token: index + 1 < pages.length ? `${index + 1}` : undefined };
  }
}
