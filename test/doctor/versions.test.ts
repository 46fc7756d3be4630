import { type InstalledVersions, versionChecks } from '../../src/doctor/versions';

const installed: InstalledVersions = {
  xcon: '1.2.3',
  node: '22.11.0',
  nodeRange: '>=20',
  sdkRanges: { '@aws-sdk/client-ssm': '^3.699.0', commander: '^14.0.0' },
  manifestOf: () => Promise.resolve({ version: '3.700.0', engines: { node: '>=18.0.0' } }),
};

const statesOf = async (changed: Partial<InstalledVersions>) =>
  (await versionChecks({ ...installed, ...changed })).map(
    ({ subject, state, result }) => `${state} ${subject} ${result}`,
  );

it('finds nothing wrong with versions in range', async () => {
  expect(await statesOf({})).toEqual(['ok xcon 1.2.3', 'ok node 22.11.0', 'ok sdk ssm 3.700.0']);
});

it('says with Node 20 what coming versions of the AWS SDK need', async () => {
  expect(await statesOf({ node: '20.20.0' })).toContain('ok node 20.20.0; the AWS SDK needs 22 from January 2027 on');
});

it.each([
  [
    'Node is older than the package supports',
    { node: '18.19.1' },
    'problem node 18.19.1; the AWS SDK needs 22 from January 2027 on',
  ],
  [
    'a client is older than the package works with',
    { manifestOf: () => Promise.resolve({ version: '3.698.9' }) },
    'problem sdk ssm 3.698.9',
  ],
  [
    'a client needs a newer Node',
    { manifestOf: () => Promise.resolve({ version: '3.2000.0', engines: { node: '>=24.0.0' } }) },
    'problem sdk ssm 3.2000.0',
  ],
  ['a client is missing', { manifestOf: () => Promise.reject(new Error('none')) }, 'problem sdk ssm not installed'],
])('says that %s', async (_, changed, expected) => {
  expect(await statesOf(changed)).toContain(expected);
});

it('says what to do', async () => {
  const checks = await versionChecks({
    ...installed,
    node: '18.0.0',
    manifestOf: () => Promise.reject(new Error('none')),
  });

  expect(checks.map(({ remedy }) => remedy)).toEqual([
    undefined,
    'install Node >=20',
    'npm install @aws-sdk/client-ssm@^3.699.0',
  ]);
});
