import * as ssm from '@aws-sdk/client-ssm';
import * as nestCommon from '@nestjs/common';
import * as nestCore from '@nestjs/core';
import * as sdkMetrics from '@opentelemetry/sdk-metrics';
import * as diagnosticsChannel from 'node:diagnostics_channel';
import * as nodeEvents from 'node:events';
import * as http from 'node:http';
import { format } from 'node:util';
import 'reflect-metadata';
import * as tsyringe from 'tsyringe';
import ts from 'typescript';
import * as xcon from 'xcon';
import * as entries from 'xcon/entries';
import * as events from 'xcon/events';
import * as xconHttp from 'xcon/http';
import * as lambda from 'xcon/lambda';
import * as xconNestjs from 'xcon/nestjs';
import * as otel from 'xcon/otel';
import * as testing from 'xcon/testing';
import * as zod from 'zod';
import { TestFile } from '../../src/testing/test-file';
import { type Block } from './documents';

const modules: Readonly<Record<string, unknown>> = {
  'node:http': http,
  '@aws-sdk/client-ssm': ssm,
  xcon,
  'xcon/testing': testing,
  'xcon/entries': entries,
  'xcon/events': events,
  'xcon/http': xconHttp,
  'xcon/lambda': lambda,
  'xcon/nestjs': xconNestjs,
  'xcon/otel': otel,
  '@nestjs/common': nestCommon,
  '@nestjs/core': nestCore,
  '@opentelemetry/sdk-metrics': sdkMetrics,
  'node:diagnostics_channel': diagnosticsChannel,
  'node:events': nodeEvents,
  'xcon/jest': {},
  'reflect-metadata': {},
  tsyringe,
  zod,
};

type Step = () => unknown;

/** What a block means by `test`, `beforeEach` and the like: they are run when the block has been read. */
class SmallRunner {
  readonly globals = {
    beforeAll: (step: Step) => this.before.push(step),
    beforeEach: (step: Step) => this.beforeEach.push(step),
    afterEach: (step: Step) => this.afterEach.unshift(step),
    afterAll: (step: Step) => this.after.unshift(step),
    test: (name: string, step: Step) => this.tests.push({ name, step }),
    expect,
    jest,
  };
  private readonly before: Step[] = [];
  private readonly beforeEach: Step[] = [];
  private readonly tests: { readonly name: string; readonly step: Step }[] = [];
  private readonly afterEach: Step[] = [];
  private readonly after: Step[] = [];

  /**
   * Runs the tests that a block has declared.
   *
   * @param file - Keeps them apart, as `xcon/jest` does; absent where that is not set up.
   */
  async run(file: TestFile | undefined): Promise<void> {
    try {
      for (const step of this.before) await step();
      for (const { name, step } of this.tests) {
        const test = file?.start(name);
        try {
          for (const each of this.beforeEach) await each();
          await step();
        } finally {
          for (const each of this.afterEach) await each();
          await test?.finish();
        }
      }
    } finally {
      for (const step of this.after) await step();
    }
  }
}

/**
 * Runs a block, with `await` where a module may have it, and the tests that it declares.
 *
 * @returns The lines it printed.
 */
export async function runBlock(block: Block): Promise<readonly string[]> {
  const printed: string[] = [];
  const log = (...values: readonly unknown[]): void => void printed.push(...format(...values).split('\n'));
  const runner = new SmallRunner();
  const scope = { require: load, exports: {}, console: { log }, ...runner.globals };
  // The real setup would add hooks to the test that runs the block.
  const file = block.code.includes("import 'xcon/jest';") ? TestFile.begin(() => block.place) : undefined;
  try {
    expect.extend({ toResolveFrom: testing.toResolveFrom });
    await asFunction(Object.keys(scope), block)(...Object.values(scope));
    await runner.run(file);
  } finally {
    await file?.end();
  }
  return printed.map((line) => line.trimEnd());
}

/**
 * Gives the lines that a block says it prints: those of the `text` block behind it, else the comments behind its calls
 * of `console.log`.
 */
export function promisedLines({ code, next }: Block): readonly string[] {
  if (next?.info === 'text') return next.code.trimEnd().split('\n');
  const calls = code.split('\n').filter((line) => line.includes('console.log('));
  return calls.map((line) => / \/\/ (.*)$/.exec(line)?.[1] ?? `nothing (no comment behind ${line.trim()})`);
}

function load(name: string): unknown {
  if (Object.hasOwn(modules, name)) return modules[name];
  throw new Error(`Examples that are run import from ${Object.keys(modules).join(', ')}, not from ${name}.`);
}

type AsyncFunction = (...values: readonly unknown[]) => Promise<unknown>;

function asFunction(names: readonly string[], { code, place }: Block): AsyncFunction {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      esModuleInterop: true,
    },
    fileName: `${place}.ts`,
  });
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...parts: readonly string[]
  ) => AsyncFunction;
  return new AsyncFunction(...names, outputText);
}
