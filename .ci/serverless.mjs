/**
 * Packages a service with the snippets of infra/serverless, as Serverless 3 does it, and looks at what would be deployed. The
 * package is among its devDependencies. Nothing is deployed, and AWS is not asked.
 *
 * Usage: node .ci/serverless.mjs [--tarball file]      without one, the project is packed as it is built
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pack } from './pack.mjs';

/** The last version of 3, which knows no runtime after nodejs20.x. Version 4 asks for an account. */
const serverless = 'serverless@3.40.0';

const service = `
service: orders
frameworkVersion: '3'
configValidationMode: error
provider:
  name: aws
  region: eu-west-1
  runtime: nodejs20.x
  iam:
    role:
      managedPolicies: [!Ref XconServicePolicy, !Ref XconConfigTablePolicy]
functions:
  orders: { handler: orders.handler }
  withOwnRole: { handler: orders.handler, role: OwnRole }
  xconChangeHandler: \${file(./node_modules/xcon/infra/serverless/change-handler.yml)}
custom:
  xcon: { nameIndex: true, environment: production, pathPrefixes: '/orders,/billing' }
resources:
  - \${file(./node_modules/xcon/infra/serverless/tables.yml)}
  - \${file(./node_modules/xcon/infra/serverless/changes.yml)}
  - \${file(./node_modules/xcon/infra/serverless/service-policy.yml)}
  - \${file(./node_modules/xcon/infra/serverless/config-table-policy.yml)}
  - Resources:
      OwnRole:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
          ManagedPolicyArns: [!Ref XconServicePolicy]
`;

const { values } = parseArgs({ options: { tarball: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'xcon-serverless-'));
try {
  const tarball = values.tarball ?? pack(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'orders', version: '1.0.0', private: true }));
  writeFileSync(join(folder, 'orders.js'), 'exports.handler = async () => undefined;');
  writeFileSync(join(folder, 'serverless.yml'), service);
  run('npm', 'install', '--save-dev', '--no-audit', '--no-fund', '--loglevel=error', tarball, serverless);
  run(join(folder, 'node_modules/.bin/serverless'), 'package');
  check(JSON.parse(readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program, ...args) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'not-a-real-key',
    AWS_SECRET_ACCESS_KEY: 'not-a-real-secret',
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
  execFileSync(program, args, { cwd: folder, env, stdio: 'inherit' });
}

function check({ Parameters, Conditions, Resources }) {
  const { Properties: handler } = Resources.XconChangeHandlerLambdaFunction;
  assert.equal(handler.Runtime, 'nodejs22.x');
  assert.equal(handler.Handler, 'index.handler');
  assert.deepEqual(handler.Role, { 'Fn::GetAtt': ['XconRole', 'Arn'] });
  assert.equal(handler.Environment.Variables.CACHE_INDEX, 'true');
  const paths = { 'Fn::If': ['XconHasPathPrefixes', '/global,/orders,/billing', { Ref: 'AWS::NoValue' }] };
  assert.deepEqual(handler.Environment.Variables.PATH_PREFIXES, paths);
  assert.match(handler.Code.S3Key, /\/change-handler\.zip$/);
  assert.deepEqual(Conditions.XconHasNameIndex, { 'Fn::Equals': ['is true', 'is true'] });
  const policies = [{ Ref: 'XconServicePolicy' }, { Ref: 'XconConfigTablePolicy' }];
  assert.deepEqual(Resources.IamRoleLambdaExecution.Properties.ManagedPolicyArns, policies);
  assert.equal(Parameters.XconService.Default, 'orders');
  assert.equal(Parameters.XconEnvironment.Default, 'production');
  // What is resolved leaves no variable of Serverless, and no package of the devDependencies is packed.
  assert.doesNotMatch(JSON.stringify(Resources), /\$\{(self|sls|file)[:(]/);
  assert.deepEqual(
    readdirSync(join(folder, '.serverless')).filter((name) => name.endsWith('.zip')),
    ['orders.zip'],
  );
  console.log(`Serverless deploys ${Object.keys(Resources).length} resources, the handler with ${handler.Runtime}.`);
}
