import { type Check } from './diagnosis';

/** Versions that are compared. */
export interface InstalledVersions {
  /** That of this package. */
  readonly xcon: string;
  /** That of Node, as `20.20.0`. */
  readonly node: string;
  /** Node versions that the package supports, as in `engines`: `>=20`. */
  readonly nodeRange: string;
  /** Ranges of the AWS SDK that the package depends on, by package: `^3.699.0`. */
  readonly sdkRanges: Readonly<Record<string, string>>;
  /** Reads the `package.json` of an installed package. */
  readonly manifestOf: (name: string) => Promise<PackageManifest>;
}

/** What is read of a `package.json`. */
export interface PackageManifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
}

/** The Node that coming versions of the AWS SDK need, as the SDK says where it is loaded on an older one. */
const nextOfSdk = { node: '22', since: 'from January 2027 on' } as const;

/** Checks the versions of Node and of the clients of the AWS SDK. */
export async function versionChecks(installed: InstalledVersions): Promise<readonly Check[]> {
  const { node, nodeRange, sdkRanges, xcon } = installed;
  const clients = Object.keys(sdkRanges).filter((name) => name.startsWith('@aws-sdk/client-'));
  return [
    { area: 'runtime', subject: 'xcon', state: 'ok', result: xcon, facts: { version: xcon } },
    nodeCheck(node, nodeRange),
    ...(await Promise.all(clients.map((name) => clientCheck(name, installed)))),
  ];
}

function nodeCheck(node: string, range: string): Check {
  const result = isAtLeast(node, nextOfSdk.node)
    ? node
    : `${node}; the AWS SDK needs ${nextOfSdk.node} ${nextOfSdk.since}`;
  const check = { area: 'runtime', subject: 'node', result, facts: { version: node } } as const;
  if (isAtLeast(node, range)) return { ...check, state: 'ok' };
  return { ...check, state: 'problem', remedy: `install Node ${range}` };
}

async function clientCheck(name: string, { manifestOf, node, sdkRanges }: InstalledVersions): Promise<Check> {
  const subject = name.replace('@aws-sdk/client-', 'sdk ');
  const check = { area: 'runtime', subject } as const;
  const range = sdkRanges[name] ?? '';
  const manifest = await manifestOf(name).catch(() => undefined);
  if (manifest === undefined) {
    return { ...check, state: 'problem', result: 'not installed', remedy: `npm install ${name}@${range}` };
  }
  const { version, engines } = manifest;
  const found = { ...check, result: version, facts: { version } } as const;
  if (!isAtLeast(version, range)) return { ...found, state: 'problem', remedy: `npm install ${name}@${range}` };
  const wanted = engines?.node ?? '';
  if (isAtLeast(node, wanted)) return { ...found, state: 'ok' };
  return { ...found, state: 'problem', remedy: `it needs Node ${wanted}: install that, or an older version of it` };
}

/** Whether a version is at least the one that a range begins with; a range without a number is met by all. */
function isAtLeast(version: string, range: string): boolean {
  const [least, has] = [partsOf(range), partsOf(version)];
  for (const [index, part] of least.entries()) {
    const difference = (has[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function partsOf(text: string): readonly number[] {
  return (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.').filter(Boolean).map(Number);
}
