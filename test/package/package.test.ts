import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import {
  makeFolder,
  type Outcome,
  packPackage,
  removeFolder,
  runScript,
  ScratchProject,
  toolPath,
} from './scratch-project';

const handlerFolder = 'node_modules/xcon/dist/change-handler';

let folder: string;
let tarball: string;
/** A project with what the package depends on, and nothing else. */
let project: ScratchProject;

beforeAll(async () => {
  folder = makeFolder();
  tarball = await packPackage(folder);
  project = await ScratchProject.create(tarball);
});

afterAll(() => {
  removeFolder(folder);
});

/** A service that looks something up in a local AWS. */
const lookup = `
  const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/db_host': 'db.internal' } } });
  Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod' });
  const value = await new Config({ cacher: null, providers: [SsmProvider] }).get('DB_HOST');
  await aws.close();
`;

describe('the tarball', () => {
  it('passes publint and attw', async () => {
    const outcome = await runScript('.ci/check-package.mjs', tarball);

    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('All good!') as string });
    expect(outcome.output).toContain('No problems found');
  });

  it('holds what is built and what npm always adds', async () => {
    const { output } = await project.node('-p', `fs.readdirSync('node_modules/xcon').sort().join()`);

    expect(output).toBe('CHANGELOG.md,LICENSE,README.md,SECURITY.md,dist,docs,infra,package.json,src');
  });
});

describe('the pages of the tarball', () => {
  it('link to files that are in it', async () => {
    const { output } = await project.node(
      '-p',
      `
      const { dirname, join } = require('node:path');
      const home = 'node_modules/xcon';
      const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...fs.readdirSync(join(home, 'docs'), { recursive: true }).map((name) => 'docs/' + name)];
      const links = pages.filter((page) => page.endsWith('.md')).flatMap((page) => {
        const prose = fs.readFileSync(join(home, page), 'utf8').replace(/^\`\`\`[^]*?^\`\`\`$/gm, '');
        const targets = [...prose.matchAll(/\\]\\(([^)\\s#]+)/g)].map(([, target]) => target);
        return targets.filter((target) => !/^[a-z]+:/.test(target)).map((target) => join(home, dirname(page), target));
      });
      JSON.stringify({ count: links.length > 100, missing: links.filter((file) => !fs.existsSync(file)) });
    `,
    );

    expect(JSON.parse(output)).toEqual({ count: true, missing: [] });
  });
});

describe('a stack trace', () => {
  it.each(['index.mjs', 'index.cjs'])('leads to the line of the source that threw, in %s', async (file) => {
    const load = file.endsWith('.cjs') ? `const { Directory } = require('xcon');` : `import { Directory } from 'xcon';`;
    project.write(file, `${load}\ntry { Directory.from('relative'); } catch (error) { console.log(error.stack); }`);

    const { output } = await project.node('--enable-source-maps', file);

    const [, source = '', line = ''] = /(node_modules\/xcon\/src\/directory\/directory\.ts):(\d+)/.exec(output) ?? [];
    expect(project.read(source).split('\n')[Number(line) - 1]).toContain('throw new InvalidDirectoryError');
  });

  it('finds every source that the maps name', async () => {
    const { output } = await project.node(
      '-p',
      `
      const { dirname, join } = require('node:path');
      const home = 'node_modules/xcon/dist';
      const maps = fs.readdirSync(home, { recursive: true }).filter((file) => file.endsWith('.map'));
      const sources = maps.flatMap((map) => JSON.parse(fs.readFileSync(join(home, map), 'utf8')).sources.map((source) => join(home, dirname(map), source)));
      JSON.stringify({ maps: maps.length > 100, missing: sources.filter((source) => !fs.existsSync(source)) });
    `,
    );

    expect(JSON.parse(output)).toEqual({ maps: true, missing: [] });
  });
});

describe('in Node', () => {
  it.each([
    'xcon',
    'xcon/core',
    'xcon/testing',
    'xcon/events',
    'xcon/entries',
    'xcon/http',
    'xcon/lambda',
    'xcon/middy',
  ])('%s has the same exports for import and require', async (path) => {
    const outcome = await printed(`
      import * as imported from '${path}';
      const required = require('${path}');
      const names = Object.keys(required).filter((name) => imported[name] === required[name]);
      console.log(names.length > 0 && names.sort().join() === Object.keys(imported).sort().join());
    `);

    expect(outcome).toEqual({ code: 0, output: 'true' });
  });

  it('is one instance through every entry point', async () => {
    const outcome = await printed(`
      import { Config, ConfigError, Context } from 'xcon';
      import * as core from 'xcon/core';
      import { LocalAwsError } from 'xcon/testing';
      const state = globalThis[Symbol.for('xcon@1')];
      const xcon = require('xcon');
      console.log(
        Config === xcon.Config && Config === core.Config && Config === require('xcon/core').Config,
        LocalAwsError === require('xcon/testing').LocalAwsError,
        LocalAwsError.prototype instanceof ConfigError,
        Context.current() === state.root && state === globalThis[Symbol.for('xcon@1')],
      );
    `);

    expect(outcome).toEqual({ code: 0, output: 'true true true true' });
  });

  it('shares what is set between import and require', async () => {
    const outcome = await printed(`
      import { config } from 'xcon';
      require('xcon').config.setOverride('COLOR', 'green');
      console.log(await config.get('color'));
    `);

    expect(outcome).toEqual({ code: 0, output: 'green' });
  });

  it.each([...['xcon', 'xcon/core', 'xcon/testing', 'xcon/events'], ...['xcon/http', 'xcon/lambda', 'xcon/middy']])(
    '%s loads no package but itself',
    async (path) => {
      const outcome = await printed(`
      await import('${path}');
      const packages = Object.keys(require.cache).map((file) => /.*node_modules.((@[^/]+.)?[^/]+)/.exec(file)[1]);
      console.log([...new Set(packages)].sort().join());
    `);

      expect(outcome).toEqual({ code: 0, output: 'xcon' });
    },
  );

  it.each(['xcon', 'xcon/core'])('%s loads no module for the network', async (path) => {
    const outcome = await printed(`
      await import('${path}');
      const network = /^NativeModule _?(http|https|http2|net|tls|dns|dgram|undici)(_\\w+)?$/;
      console.log(process.moduleLoadList.filter((each) => network.test(each)).join());
    `);

    expect(outcome).toEqual({ code: 0, output: '' });
  });

  it('loads what only lookups need, and the cryptography of Node, when they are first needed', async () => {
    const outcome = await printed(`
      import { config, Secret } from 'xcon';
      const files = () => Object.keys(require.cache).map((file) => /[^\\/]+$/.exec(file)[0]).filter((file) => !file.includes('entry'));
      const hasCrypto = () => process.moduleLoadList.includes('NativeModule crypto');
      const before = [files().sort().join(), hasCrypto()];
      process.env.COLOR = 'green';
      console.log(...before, await config.get('COLOR'), files().includes('later.js'), new Secret(1).reveal(), hasCrypto());
    `);

    expect(outcome).toEqual({ code: 0, output: 'core.js,index.js,shared.js false green true 1 true' });
  });

  it('loads tsyringe when a container is first asked for', async () => {
    const outcome = await printed(`
      import { Context, EnvProvider } from 'xcon';
      const isLoaded = () => Object.keys(require.cache).some((file) => file.includes('tsyringe'));
      const before = isLoaded();
      const { container } = Context.current();
      console.log(before, isLoaded(), container.resolve(EnvProvider) === EnvProvider.grab());
    `);

    expect(outcome).toEqual({ code: 0, output: 'false true true' });
  });

  it('xcon/jest says that it runs in Jest only', async () => {
    const { code, output } = await printed(`import 'xcon/jest';`);

    expect([code, output]).toEqual([1, expect.stringContaining("xcon/jest belongs in Jest's setupFilesAfterEnv")]);
  });

  it.each(['--import', '--require'])('xcon/node-test loads no package but itself: %s', async (option) => {
    project.write(
      'loaded.cjs',
      `const packages = Object.keys(require.cache).map((file) => /node_modules.((@[^/]+.)?[^/]+)/.exec(file)?.[1]);
       console.log('loaded:', [...new Set(packages)].filter(Boolean).sort().join());`,
    );

    const { output } = await project.node(option, 'xcon/node-test', 'loaded.cjs');

    expect(output).toMatch(/^loaded: xcon$/m);
  });

  it('xcon/core has no defaults of its own', async () => {
    const outcome = await printed(`
      import { Config, EnvProvider, config } from 'xcon/core';
      console.log(await new Config({ providers: [EnvProvider], cacher: null }).has('PATH'));
      await config.get('PATH').catch((error) => console.log(error.code));
    `);

    expect(outcome).toEqual({ code: 0, output: 'true\nINVALID_SETTINGS' });
  });

  it('says which package is missing', async () => {
    const outcome = await printed(`
      import { startLocalAws } from 'xcon/testing';
      await startLocalAws({ seed: { tables: { config: {} } } }).catch((error) => console.log(error.message));
    `);

    expect(outcome.output).toContain('npm install --save-dev dynalite');
  });

  it('looks up a parameter', async () => {
    const outcome = await printed(`
      import { Config, SsmProvider } from 'xcon';
      import { startLocalAws } from 'xcon/testing';
      ${lookup}
      console.log(value);
    `);

    expect(outcome).toEqual({ code: 0, output: 'db.internal' });
  });
});

describe('the commands', () => {
  it('run as npm links them', async () => {
    const { bin, version } = JSON.parse(project.read('node_modules/xcon/package.json')) as {
      bin: Record<string, string>;
      version: string;
    };

    expect(Object.keys(bin)).toEqual(['xcon', 'xcon-local']);
    for (const file of Object.values(bin)) {
      expect(await project.node(`node_modules/xcon/${file}`, '--version')).toEqual({ code: 0, output: version });
    }
  });

  it('says which package it lacks', async () => {
    project.write('seed.json', '{ "tables": { "settings": {} } }');
    const start = (seed: string) => project.node('node_modules/xcon/dist/cjs/xcon-local.js', '--seed', seed);

    expect(await start('seed.json')).toEqual({
      code: 1,
      output: 'xcon-local: The local DynamoDB needs the package dynalite. Run: npm install --save-dev dynalite',
    });
  });
});

describe('what is deployed', () => {
  it('is made by xcon/cdk, for import and require, with the code of the handler', async () => {
    const withCdk = await ScratchProject.create(tarball, ['aws-cdk-lib', 'constructs']);
    withCdk.write(
      'app.mjs',
      `
      import { createRequire } from 'node:module';
      import { readdirSync } from 'node:fs';
      import { App, Stack } from 'aws-cdk-lib';
      import * as cdk from 'xcon/cdk';
      const stack = new Stack(new App({ outdir: 'out', analyticsReporting: false }), 'Stack');
      new cdk.ChangeHandler(stack, 'Changes', { tables: new cdk.ConfigTables(stack, 'Tables') });
      const { template } = stack.node.root.synth().getStackByName('Stack');
      const [asset] = readdirSync('out').filter((each) => each.startsWith('asset.'));
      const required = createRequire(import.meta.url)('xcon/cdk');
      console.log(Object.keys(template.Resources).length, readdirSync('out/' + asset).join(), required.ConfigTables === cdk.ConfigTables);
    `,
    );

    expect(await withCdk.node('app.mjs')).toEqual({ code: 0, output: '23 THIRD-PARTY-NOTICES.txt,index.js true' });
  });

  it('is the code of the handler, in one file that needs nothing but the SDK', async () => {
    const withTables = await ScratchProject.create(tarball, ['dynalite']);
    withTables.write(
      'invoke.cjs',
      `
      const { startLocalAws } = require('xcon/testing');
      const event = { source: 'aws.ssm', 'detail-type': 'Parameter Store Change', id: '1', detail: { name: '/orders/prod/x' } };
      const message = { messageId: 'a', eventSource: 'aws:sqs', body: JSON.stringify(event) };
      (async () => {
        const aws = await startLocalAws({ seed: { tables: { 'global-all-configCache': {} } } });
        Object.assign(process.env, aws.environment);
        const { handler } = require('./node_modules/xcon/dist/change-handler/index.js');
        console.log(JSON.stringify(await handler({ Records: [message] })), [...new Set(aws.calls.all.map((each) => each.operation))].sort().join());
        await aws.close();
      })();
    `,
    );

    expect(await withTables.node('invoke.cjs')).toEqual({
      code: 0,
      output: '{"batchItemFailures":[]} GetItem,Query,Scan',
    });
  });

  it('is found by the templates that come along', async () => {
    const { output } = await project.node(
      '-p',
      `
      const { join } = require('node:path');
      const folder = 'node_modules/xcon/infra/cloudformation';
      const [, code] = /Code: (\\S+)/.exec(fs.readFileSync(join(folder, 'template.yaml'), 'utf8'));
      fs.readdirSync(join(folder, code)).join();
    `,
    );

    expect(output).toBe('THIRD-PARTY-NOTICES.txt,index.js');
  });

  it('brings the licence of each package whose code is in it', () => {
    const notices = project.read(`${handlerFolder}/THIRD-PARTY-NOTICES.txt`);

    const packages = [...notices.matchAll(/^-{80}\n\n(\S+) \d+\.\d+\.\d+ \((.+)\)\n\n(.*\n)/gm)];
    expect(packages.map(([, name]) => name)).toEqual(
      expect.arrayContaining(['xcon', 'pino', 'reflect-metadata', 'tslib', 'tsyringe']),
    );
    // Those that docs/explanation/dependencies.md lists as what an install brings.
    expect(new Set(packages.map(([, , licence]) => licence))).toEqual(new Set(['MIT', 'Apache-2.0', '0BSD']));
    expect(packages.filter(([, , , text = '']) => text.trim() === '')).toEqual([]);
  });

  it('is in a zip file as well, for Terraform and Serverless', () => {
    const zip = unzipSync(readFileSync(join(project.folder, `${handlerFolder}.zip`)));

    const files = Object.entries(zip).map(([name, data]) => [name, Buffer.from(data).toString()] as const);
    expect(files).toEqual(
      ['index.js', 'THIRD-PARTY-NOTICES.txt'].map((name) => [name, project.read(`${handlerFolder}/${name}`)]),
    );
  });
});

describe("in a user's Jest", () => {
  const test = `test('looks up', async () => {\n${lookup}\nexpect(value).toBe('db.internal');\n});`;

  it('works as CommonJS', async () => {
    const imports = `const { Config, SsmProvider } = require('xcon');\nconst { startLocalAws } = require('xcon/testing');`;
    project.write('common.test.js', `${imports}\n${test}`);

    const outcome = await userJest('common.test.js');

    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('1 passed') as string });
  });

  it('works as ES modules', async () => {
    const imports = `import { Config, SsmProvider } from 'xcon';\nimport { startLocalAws } from 'xcon/testing';`;
    project.write('module.test.mjs', `${imports}\n${test}`);

    const outcome = await userJest('module.test.mjs', '--experimental-vm-modules');

    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('1 passed') as string });
  });

  function userJest(file: string, ...nodeOptions: readonly string[]): Promise<Outcome> {
    const config = JSON.stringify({ testMatch: [`<rootDir>/${file}`], transform: {}, watchman: false });
    return project.node(...nodeOptions, toolPath('jest'), '--config', config, '--no-cache');
  }
});

describe('in a bundle', () => {
  // The AWS SDK is CommonJS: in a bundle of ES modules it needs a `require`.
  const requireForSdk = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

  it.each([
    ['an ES module', 'mjs', ['--format=esm', `--banner:js=${requireForSdk}`]],
    ['CommonJS', 'cjs', ['--format=cjs']],
  ])('a service works as %s', async (_, extension, options) => {
    project.write(
      'service.js',
      `import { Config, SsmProvider } from 'xcon';
       import { startLocalAws } from 'xcon/testing';
       main();
       async function main() {
         ${lookup}
         console.log(value);
       }`,
    );

    await bundle('service.js', `service.${extension}`, ...options, '--external:dynalite');

    expect(await project.node(`service.${extension}`)).toEqual({ code: 0, output: 'db.internal' });
  });

  it('keeps reflect-metadata and the wiring, though nothing is imported from them', async () => {
    project.write('wired.mjs', `import { config } from 'xcon';\nconfig.get('PATH').then(() => console.log('wired'));`);

    await bundle('wired.mjs', 'wired.cjs', '--external:@aws-sdk/*');

    expect(await project.node('wired.cjs')).toEqual({ code: 0, output: 'wired' });
  });

  it('leaves out the providers that are not used', async () => {
    project.write(
      'lean.mjs',
      `import { Config, EnvProvider } from 'xcon/core';\nnew Config({ providers: [EnvProvider] });`,
    );

    const files = await bundle('lean.mjs', 'lean.cjs');

    const own = files.map((file) => /xcon\/dist\/esm\/(.*)/.exec(file)?.[1] ?? '');
    expect(own).toContain('providers/env-provider.js');
    expect(
      own.filter((file) => /(ssm|secrets|dynamo)-(provider|cacher)|aws-clients|compose|^cache\/row|lease/.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => /@aws-sdk|@smithy/.test(file))).toEqual([]);
  });

  it('has what operators use only where it is provided', async () => {
    const service = (start: string, ...calls: readonly string[]): string =>
      `import { Config, DynamoCacher, EnvProvider, SsmProvider, provideOperations } from 'xcon';
       ${start}
       main();
       async function main() {
         const config = new Config({ providers: [new EnvProvider({ COLOR: 'green' })], cacher: null });
         const explained = await config.explain('COLOR');
         const html = async () => explained.toHtml();
         const tried = await Promise.allSettled([config.names(), html(), SsmProvider.grab().writer(), ${calls.join()}]);
         console.log([explained.winner.value, ...tried.map(({ reason }) => reason?.message.split(': call ')[0])].join('\\n'));
       }`;
    const ofCacher = ['DynamoCacher.grab().entries()', 'DynamoCacher.grab().ensureCacheTable()'];
    project.write('no-operations.mjs', service('', ...ofCacher));
    project.write('operations.mjs', service('provideOperations();'));

    const none = await bundle('no-operations.mjs', 'no-operations.cjs', '--external:@aws-sdk/*');
    await bundle('operations.mjs', 'operations.cjs', '--external:@aws-sdk/*');

    expect(
      none.filter((file) => /-writer|write-calls|explain\/(names|page|markup)|cache\/(admin|cache-table)/.test(file)),
    ).toEqual([expect.stringContaining('cache/partition-writer.js')]);
    const users = ['config.names()', 'toHtml() of an explanation', 'SsmProvider.writer()'];
    const lacking = [...users, 'cacher.clear() and entries()', 'cacher.ensureCacheTable()'];
    expect((await project.node('no-operations.cjs')).output.split('\n')).toEqual([
      'green',
      ...lacking.map((user) => `${user}: is not in this bundle`),
    ]);
    expect((await project.node('operations.cjs')).output.trim()).toBe('green');
  });

  it('of xcon/core has explanations, health, watches and last good answers where they are provided', async () => {
    const service = (more: string): string =>
      `import * as core from 'xcon/core';
       ${more}
       const config = new core.Config({ providers: [new core.EnvProvider({ COLOR: 'green' })], cacher: null });
       Promise.allSettled([config.get('COLOR'), config.explain('COLOR'), config.health(), config.watch({ everySeconds: 60 })]).then(
         async (tried) => {
           console.log(tried.map(({ status }) => status).join());
           await config.close();
         },
       );`;
    project.write('lean-parts.mjs', service(''));
    project.write(
      'parts.mjs',
      service('core.provideExplanations(); core.provideHealth(); core.provideWatches(); core.provideLastKnownGood();'),
    );

    const lean = await bundle('lean-parts.mjs', 'lean-parts.cjs');
    await bundle('parts.mjs', 'parts.cjs');

    expect(lean.filter((file) => /explain\/|health|watch|last-known-good\/(?!part)/.test(file))).toEqual([]);
    expect((await project.node('lean-parts.cjs')).output).toBe('fulfilled,rejected,rejected,rejected');
    expect((await project.node('parts.cjs')).output).toBe('fulfilled,fulfilled,fulfilled,fulfilled');
  });

  // Of our own files, minified and gzipped: what grew is noticed here, and explained in docs/explanation/performance.md.
  it.each([
    ['xcon', `import { config } from 'xcon'; export const get = () => config.get('DB_HOST');`, 68],
    [
      'xcon/core',
      `import { Config, EnvProvider } from 'xcon/core';
       export const config = new Config({ providers: [EnvProvider], cacher: null });`,
      33,
    ],
  ])('of %s is small', async (path, service, mostKilobytes) => {
    const file = `${path.replace('/', '-')}-size`;
    project.write(`${file}.mjs`, service);
    const packages = ['@aws-sdk/*', 'pino', 'tsyringe', 'reflect-metadata'].map((name) => `--external:${name}`);

    await bundle(`${file}.mjs`, `${file}.cjs`, '--minify', ...packages);

    expect(gzipSync(project.read(`${file}.cjs`), { level: 9 }).length).toBeLessThanOrEqual(mostKilobytes * 1024);
  });

  it('has declared settings only where some are declared', async () => {
    project.write('plain.mjs', `import { config } from 'xcon';\nconfig.get('PATH');`);
    project.write(
      'declared.mjs',
      `import { defineSettings, setting } from 'xcon';
       defineSettings({ path: setting() }).load().then(({ path }) => console.log(typeof path));`,
    );

    const plain = await bundle('plain.mjs', 'plain.cjs', '--external:@aws-sdk/*');
    await bundle('declared.mjs', 'declared.cjs', '--external:@aws-sdk/*');

    expect(plain.filter((file) => /xcon\/dist\/esm\/declared/.test(file))).toEqual([]);
    expect(await project.node('declared.cjs')).toEqual({ code: 0, output: 'string' });
  });

  /** Bundles a file, and lists the files that made it into the bundle. */
  async function bundle(file: string, outfile: string, ...options: readonly string[]): Promise<readonly string[]> {
    const outcome = await project.tool(
      'esbuild',
      file,
      '--bundle',
      '--platform=node',
      '--log-level=warning',
      `--outfile=${outfile}`,
      `--metafile=${outfile}.json`,
      ...options,
    );
    expect(outcome).toEqual({ code: 0, output: '' });
    const { outputs } = JSON.parse(project.read(`${outfile}.json`)) as {
      outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
    };
    return Object.entries(outputs[outfile]?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => input);
  }
});

describe('for TypeScript', () => {
  const consumer = `
    import { Config, config, ConfigNotFoundError, type ConfigValue, EnvProvider, LocalCache, SsmProvider } from 'xcon';
    import { defineSettings, secret, type Secret, setting } from 'xcon';
    import { Config as CoreConfig } from 'xcon/core';
    import { type LocalAws, startLocalAws } from 'xcon/testing';

    const declared = defineSettings({ db: { host: setting('DB_HOST'), password: secret({ optional: true }) } });

    export async function load(): Promise<Secret<string> | undefined> {
      const { db } = await declared.load();
      const host: string = db.host;
      // @ts-expect-error: a text is not a number
      const wrong: number = db.host;
      await declared.withSecret('db.password', (value) => value === host || wrong);
      return db.password;
    }

    // @ts-expect-error: the members of a memory are internal
    export const reset: unknown = new LocalCache().reset;

    export async function main(): Promise<ConfigValue | undefined> {
      const aws: LocalAws = await startLocalAws({ seed: { ssm: { '/orders/prod/db_host': 'db.internal' } } });
      const own: CoreConfig = new Config({ service: 'orders', providers: [EnvProvider, SsmProvider], cacher: null });
      try {
        const host: string = await own.requireString('DB_HOST');
        const port: number | undefined = await config.getNumber('DB_PORT');
        // @ts-expect-error: a text is not a number
        const wrong: number = host;
        return port ?? wrong;
      } catch (error) {
        if (error instanceof ConfigNotFoundError) return error.places.length;
        throw error;
      } finally {
        await aws.close();
      }
    }
  `;

  it.each([
    ['node16', 'node16', ['consumer.mts', 'consumer.cts']],
    ['bundler', 'esnext', ['consumer.ts']],
  ])('the types work with module resolution %s', async (resolution, module, files) => {
    const typed = await ScratchProject.create(tarball, ['@types/node', '@aws-sdk/client-kms']);
    for (const file of files) typed.write(file, consumer);

    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      module,
      '--moduleResolution',
      resolution,
    ];
    const outcome = await typed.tool('tsc', ...options, ...files);

    expect(outcome).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['Jest', 'consumer.cts', `import 'xcon/jest';`, []],
    ['@jest/globals', 'consumer.mts', `import { expect, test } from '@jest/globals';\nimport 'xcon/jest';`, []],
    ['Vitest', 'consumer.mts', `import { expect, test } from 'vitest';\nimport 'xcon/vitest';`, ['--skipLibCheck']],
  ])('the matchers are typed for %s', async (_, file, imports, more) => {
    const packages = ['@types/node', '@types/jest', '@jest/globals', 'expect', 'vitest', '@aws-sdk/client-kms'];
    const typed = await ScratchProject.create(tarball, packages);
    typed.write(
      file,
      `${imports}
       test('resolves', async () => {
         await expect('DB_HOST').toResolveFrom('ssm', '/orders/prod');
         await expect('DB_HOST').not.toResolveFrom('secrets');
         // @ts-expect-error: the provider is a name
         await expect('DB_HOST').toResolveFrom(5);
       });`,
    );
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'node16', '--types', 'node,jest'];

    const outcome = await typed.tool('tsc', ...options, ...more, file);

    expect(outcome).toEqual({ code: 0, output: '' });
  });
});

/** Runs a module that may use `require` too. */
function printed(code: string): Promise<Outcome> {
  const require = `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n`;
  project.write('main.mjs', `${require}${code}`);
  return project.node('main.mjs');
}
