// Looks up the settings of a service in a local AWS, by code and at a terminal: npm run demo
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config, config, ConfigNotFoundError, Default, DynamoProvider } from 'xcon';
import { applyPlan, builtInKinds, FileState, loadStackKey, parseEntryFile, planEntries } from 'xcon/entries';
import { startLocalAws } from 'xcon/testing';
import { paragraph, table, terminal, title } from './print.mjs';

const aws = await startLocalAws({ seed: fileURLToPath(new URL('seed.yaml', import.meta.url)) });

// What a deployment would set. LOG_LEVEL hides the parameters of that name.
Object.assign(process.env, aws.environment, {
  APP_NAME: 'orders',
  APP_ENV: 'prod',
  LOG_LEVEL: 'debug',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
config.providers = [Default, DynamoProvider];

title('Where the settings of "orders" in "prod" come from');
const names = [
  'LOG_LEVEL',
  'DB_HOST',
  'DB_PASSWORD',
  'SMTP_URL',
  'PAGE_SIZE',
  'RETRY',
  'EVENTS_HOST',
  'PAY_TOKEN',
  'REGION',
];
const explanations = await Promise.all(names.map((name) => config.explain(name)));
table(
  ['NAME', 'VALUE', 'SOURCE', 'DIRECTORY', 'SHADOWS'],
  explanations.map(({ name, winner, shadows }) => [
    name,
    winner.value,
    winner.provider,
    winner.provider === 'env' ? '' : winner.directory,
    shadows.map(({ provider, directory }) => `${provider} ${directory}`).join('\n'),
  ]),
);

title('An override, for all that runs inside run() and nothing else');
const bigPages = new Config({ overrides: { PAGE_SIZE: 500 } });
const inside = await bigPages.run(() => config.get('PAGE_SIZE'));
const outside = await config.get('PAGE_SIZE');
table(
  ['WHERE', "await config.get('PAGE_SIZE')"],
  [
    ['inside', inside],
    ['outside', outside],
  ],
);

title('A name that is nowhere');
const error = await config.require('SEARCH_URL').catch((thrown) => thrown);
if (!(error instanceof ConfigNotFoundError)) throw error;
paragraph(error.message);

title('The same at a terminal, for services in any language');
await terminal('xcon list --service orders --environment prod');
await terminal('xcon diff staging prod --service orders');
await terminal('xcon doctor --service orders --environment prod');

title('A file of what should be configured: planned, applied, changed by hand, applied again');
const { file } = parseEntryFile(
  `{ service: orders, entries: { /orders/demo: { RATE: 20, MODE: calm, TOKEN: { secret: { generate: { length: 32 } } } } } }`,
  { path: 'demo.yaml', kinds: builtInKinds },
);
const folder = await mkdtemp(join(tmpdir(), 'xcon-demo-'));
const session = {
  file,
  state: new FileState({ path: join(folder, 'state.json'), stack: file.stack }),
  key: await loadStackKey(file.stack, join(folder, 'state.key')),
};
const steps = [];
const step = async (what) => {
  const plan = await planEntries(session);
  for (const { action, address, drift, fields } of plan.changes) {
    const value = fields.find(({ field }) => field === 'value');
    const change = [value?.before, value?.after].filter((each) => each !== undefined).join(' -> ');
    steps.push([what, `${action} ${address.kind}:${address.directory}/${address.name}`, change, drift.join()]);
    what = '';
  }
  return plan;
};
const apply = async (plan) => {
  for await (const event of applyPlan(plan, session)) if (event.kind === 'report') return event.report;
};
await apply(await step('plan'));
await step('applied');
aws.putParameter('/orders/demo/MODE', 'wild');
await apply(await step('changed by hand'));
await step('applied again');
table(['WHEN', 'PLAN', 'VALUE', 'CHANGED OUTSIDE'], steps);

await rm(folder, { recursive: true });
await config.close();
await aws.close();
