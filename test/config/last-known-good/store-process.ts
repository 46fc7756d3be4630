import { Config, DirectoryListing, Provider, type ReadSession, xconSettings } from '../../../src/index';
import { type Directory } from '../../../src/directory/directory';
import { failProcess } from '../../setup/fail-process';
import { testKey } from '../../base/test-key';

const [file = '', task = '', start = ''] = process.argv.slice(2);
const namesPerProcess = 20;

/** Has 20 names of this process, or fails. */
class Source extends Provider {
  static readonly providerName = 'source';
  readonly name: string = 'source';
  override readonly cacheable: boolean = true;

  readDirectory(directory: Directory, _session: ReadSession): Promise<DirectoryListing> {
    if (task === 'fail') return Promise.reject(new Error('down'));
    const names = Array.from({ length: namesPerProcess }, (_, index) => `${start}_${index}`);
    return Promise.resolve(
      DirectoryListing.of(directory, 'source', Object.fromEntries(names.map((name) => [name, `of ${name}`]))),
    );
  }
}

/** Looks up the names of this process, and writes them; says how often, when it is to do so until it is killed. */
async function write(): Promise<void> {
  const config = newConfig();
  for (let turn = 0; turn === 0 || task === 'loop'; turn += 1) {
    await config.load(Array.from({ length: namesPerProcess }, (_, index) => `${start}_${index}`));
    await config.flush();
    process.send?.(turn);
  }
  await config.close();
}

/** Looks up a name whose source is down, and says what came of it. */
async function recall(): Promise<void> {
  const config = newConfig();
  const found = await config.get(start).catch((error: unknown) => (error as Error).name);
  await config.close();
  process.send?.(found);
}

function newConfig(): Config {
  xconSettings.service = 'orders';
  xconSettings.logLevel = 'silent';
  xconSettings.lastKnownGood = { file, key: testKey(7) };
  return new Config({ directories: ['/a'], providers: [new Source()], cacher: null });
}

process.once('message', () => {
  (task === 'fail' ? recall() : write()).finally(() => process.disconnect()).catch(failProcess);
});
process.send?.('ready');
