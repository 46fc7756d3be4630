import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApplyOptions,
  type ApplyReport,
  builtInKinds,
  type EntriesSession,
  FileState,
  type Plan,
  planEntries,
  type PlanRequestOptions,
  type SourceReader,
  type StateStore,
} from 'xcon/entries';
import { type LocalAwsOptions, type LocalAwsSeed } from 'xcon/testing';
import { AwsWorld } from '../../end-to-end/world';
import { applied, fileOf, testKey } from '../sessions';

/** Tables that entries and caches are kept in. */
export const tables: NonNullable<LocalAwsSeed['tables']> = { 'global-all-config': {}, 'global-all-configCache': {} };

/** A local AWS, a folder with the state of the stack `orders`, and sessions with both. */
export class EntriesWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'xcon-entries-'));
  readonly state: StateStore = new FileState({ path: join(this.folder, 'state.json'), stack: 'orders' });

  private constructor(readonly world: AwsWorld) {}

  static async start(seed: LocalAwsSeed = {}, options: LocalAwsOptions = {}): Promise<EntriesWorld> {
    return new EntriesWorld(await AwsWorld.start({ ...options, seed: { tables, ...seed } }));
  }

  get aws(): AwsWorld['aws'] {
    return this.world.aws;
  }

  /** The file of the state as it is on the disk; empty before the first apply. */
  get stateText(): string {
    try {
      return readFileSync(join(this.folder, 'state.json'), 'utf8');
    } catch {
      return '';
    }
  }

  session(entries: string, more: Partial<EntriesSession> = {}): EntriesSession {
    const text = entries.startsWith('service:')
      ? entries
      : `service: orders\nenvironments: [staging, prod]\n${entries}`;
    return { file: fileOf(text, builtInKinds), state: this.state, key: testKey, rates: { '*': 1e6 }, ...more };
  }

  plan(entries: string, request: PlanRequestOptions = {}, reader: SourceReader = {}): Promise<Plan> {
    return this.world.run(() => planEntries(this.session(entries, { reader }), request));
  }

  /** Plans and applies, deletions allowed. */
  apply(
    entries: string,
    {
      request = {},
      options = {},
      ...more
    }: Partial<EntriesSession> & { readonly request?: PlanRequestOptions; readonly options?: ApplyOptions } = {},
  ): Promise<ApplyReport> {
    return this.world.run(async () => {
      const session = this.session(entries, more);
      const plan = await planEntries(session, request);
      return applied(plan, session, { allowDelete: true, allowManyDeletions: true, ...options });
    });
  }

  /** Sends a request of its own. */
  async request<T>(command: (clients: AwsWorld['clients']) => Promise<T>): Promise<T> {
    return command(this.world.clients);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.world.close();
  }
}
