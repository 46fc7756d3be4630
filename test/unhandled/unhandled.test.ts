import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type BundledScript, bundleScript } from '../cache/e2e/bundle-script';
import { groups } from './scenario-groups';

let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript(join(__dirname, 'scenario-process.ts'));
});

afterAll(() => script.remove());

/** Runs a group in a process of its own, which ends with an unhandled rejection or an uncaught error. */
function outlive(
  group: string,
): Promise<{ readonly code: unknown; readonly outlived: readonly string[]; readonly said: string }> {
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
  const aws = { AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED };
  const env = { PATH, ...aws, ...script.environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [script.path, group], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, outlived: stdout.split('\n').slice(0, -1), said: stderr });
    });
  });
}

describe('a process without a listener for unhandled rejections', () => {
  it.each(Object.entries(groups))('survives every failure of: %s', async (group, scenarios) => {
    const { code, outlived, said } = await outlive(group);

    expect({ outlived, said }).toMatchObject({ outlived: Object.keys(scenarios) });
    expect(code).toBe(0);
  });
});
