import { type Bundle } from './bundler';
import { type Table } from './result';

/** What our own files are for, by their paths in `dist/esm`: the first that matches counts. */
const purposes: readonly (readonly [purpose: string, files: RegExp])[] = [
  ['`explain`: every place as data and as a table', /^explain\/|^base\/text-table/],
  ['Health and probes, watches, `warm`', /^config\/(health|probe-sources|watch|warm)\./],
  ['The file of last good answers', /^config\/last-known-good\//],
  [
    'The lookup order: the walk, what may be cached, the rechecks of missing names by `require`',
    /^chain\/|^config\/(finder|lambda-freeze-guard|lookup|missing-name-rechecks)\./,
  ],
  ['`Config` and `config`: every getter, overrides and defaults, coercion, snapshots, answers in memory', /^config\//],
  ['The memory of sources: values, stale values, failures, expiry', /^memory\//],
  ['The cache table: rows, sealing, partitions, lease, generation', /^cache\/|^base\/(seal|digest)\./],
  ['Providers: what a chain needs before it asks, and the reads', /^providers\//],
  ['AWS: clients, credentials, calls, kinds of errors', /^aws\//],
  ['Declared settings', /^declared\//],
  ['Policies', /^iam\//],
  ['The settings of the library: table, checks, variables', /^settings\//],
  ['Values, items, listings, secrets; directories and their chain', /^(item|directory)\//],
  ['Contexts, dependencies, clock, wiring', /^di\/|^(compose|core|index|parts)\./],
  ['Errors, and the check of options objects', /^(errors|options)\./],
  ['The log; time limits, timers, text that is safe to print', /^(base|logging)\//],
];

const kilobyte = 1024;
/** A file of the library, in what it is built to. */
const own = /dist\/esm\/(.*)$/;

/**
 * Says what each kilobyte of bundles is for: shares of their gzipped size, by minified bytes.
 *
 * @param bundles - With nothing but our own files, by what they are.
 * @throws Error for a file that is for nothing.
 */
export function purposesOf(bundles: Readonly<Record<string, Bundle>>): Table {
  const shares = Object.values(bundles).map(sharesOf);
  const rows = purposes.map(([purpose]) => [purpose, ...shares.map((each) => written(each.get(purpose) ?? 0))]);
  const sums = Object.values(bundles).map(({ bytes }) => written(bytes / kilobyte));
  return {
    head: ['KB', ...Object.keys(bundles)],
    rows: [...rows.filter((cells) => cells.slice(1).some((each) => each !== '')), ['Together', ...sums]],
  };
}

function sharesOf({ bytes, inputs }: Bundle): ReadonlyMap<string, number> {
  const all = Object.values(inputs).reduce((sum, each) => sum + each, 0);
  const shares = new Map<string, number>();
  for (const [input, size] of Object.entries(inputs)) {
    const file = own.exec(input)?.[1];
    if (file === undefined) continue;
    const [purpose] = purposes.find(([, files]) => files.test(file)) ?? [];
    if (purpose === undefined) throw new Error(`bench/goals/purposes.ts does not say what ${file} is for.`);
    shares.set(purpose, (shares.get(purpose) ?? 0) + ((size / all) * bytes) / kilobyte);
  }
  return shares;
}

/** A share that rounds to nothing is left out. */
function written(kilobytes: number): string {
  const text = kilobytes.toFixed(1);
  return text === '0.0' ? '' : text;
}
