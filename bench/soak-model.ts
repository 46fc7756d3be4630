/** A value that a name has had, by the rules of the lookup order. */
interface Era {
  readonly value: string | undefined;
  /** When another one took its place, **milliseconds** since the Unix epoch; `undefined` while it stands. */
  endedMs: number | undefined;
}

/** What the sources hold, and what a lookup may give for it: kept beside the library, by rules of a few lines. */
export class SoakModel {
  private readonly held = new Map<string, string>();
  private readonly eras = new Map<string, Era[]>();

  /** @param chains - Directories of each service, most important first. */
  constructor(private readonly chains: ReadonlyMap<string, readonly string[]>) {}

  /** Notes what a source holds from now on; `undefined`: nothing. */
  put(directory: string, name: string, value: string | undefined): void {
    if (value === undefined) this.held.delete(`${directory}/${name}`);
    else this.held.set(`${directory}/${name}`, value);
    for (const service of this.chains.keys()) this.note(service, name);
  }

  /**
   * Whether a lookup may give a value.
   *
   * @param sinceMs - It must have been true at some time since then; 0: ever.
   */
  allows(service: string, name: string, value: string | undefined, sinceMs: number): boolean {
    const eras = this.eras.get(`${service} ${name}`) ?? [];
    return eras.some((era) => era.value === value && (era.endedMs ?? Number.POSITIVE_INFINITY) >= sinceMs);
  }

  private note(service: string, name: string): void {
    const value = this.chains
      .get(service)
      ?.map((directory) => this.held.get(`${directory}/${name}`))
      .find((each) => each !== undefined);
    const key = `${service} ${name}`;
    const eras = this.eras.get(key) ?? [];
    const last = eras.at(-1);
    if (last !== undefined && last.value === value) return;
    if (last !== undefined) last.endedMs = Date.now();
    eras.push({ value, endedMs: undefined });
    this.eras.set(key, eras);
  }
}
