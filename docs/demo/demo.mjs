// Looks up the settings of a service in a local AWS: npm run demo
import { fileURLToPath } from 'node:url';
import { Config, config, ConfigNotFoundError, Default, DynamoProvider } from 'xcon';
import { startLocalAws } from 'xcon/testing';
import { paragraph, table, title } from './print.mjs';

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

await config.close();
await aws.close();
