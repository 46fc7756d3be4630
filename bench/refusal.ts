// How long it takes to describe what a schema refuses: npm run bench:refusal
import { describeIssues } from '../src/declared/issues';
import { type SchemaIssue } from '../src/declared/standard-schema';
import { percentile, table } from './table';

const rounds = 20;

/** Makes a list of texts that is so long as JSON, and the issues of a schema of numbers with it. */
function refused(bytes: number): { readonly value: readonly string[]; readonly issues: readonly SchemaIssue[] } {
  const value = Array.from({ length: Math.floor(bytes / 8) }, (_, index) => `${index}x`.padStart(5, 'v'));
  const issues = value.map((text, index) => ({
    message: `Invalid input: expected number, received "${text}"`,
    path: [index],
  }));
  return { value, issues };
}

/** Gives the processor time of a function, **milliseconds**. */
function processorMs(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const rows = [1024, 4096, 8192, 32_768, 62_464].flatMap((bytes) =>
  [false, true].map((hidden) => {
    const { value, issues } = refused(bytes);
    const given = hidden ? Object.fromEntries(value.map((text) => [text, text])) : value;
    const described = hidden ? issues.map((each, index) => ({ ...each, path: [value[index] ?? ''] })) : issues;
    const times = Array.from({ length: rounds }, () => processorMs(() => describeIssues(described, given, hidden)));
    const ms = (percent: number): string => percentile(times, percent).toFixed(1);
    return [`${bytes} bytes${hidden ? ', secret' : ''}`, issues.length, ms(50), ms(100)];
  }),
);
process.stdout.write(`${table(['refused value', 'issues', 'median ms', 'most ms'], rows)}\n`);
