import { App, Stack } from 'aws-cdk-lib';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Template } from './cloudformation';

/** What a stack comes to. */
export interface Synthesized {
  readonly template: Template;
  /** What the CDK finds wrong with it, by the rules of CloudFormation's own linter. */
  readonly findings: readonly string[];
}

interface Report {
  readonly pluginReports?: readonly {
    readonly violations?: readonly { readonly ruleName: string; readonly description: string }[];
  }[];
}

/**
 * Synthesizes a stack.
 *
 * @param build - Puts constructs into it.
 */
export function synthesize(build: (stack: Stack) => void): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), 'xcon-cdk-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new Stack(app, 'Stack');
    build(stack);
    const { template } = app.synth().getStackByName(stack.stackName) as { readonly template: Template };
    const file = join(outdir, 'validation-report.json');
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : {};
    const found = report.pluginReports?.flatMap(({ violations = [] }) => violations) ?? [];
    return { template, findings: found.map(({ ruleName, description }) => `${ruleName}: ${description}`) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
