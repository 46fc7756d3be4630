import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Meter, type MetricOptions } from '@opentelemetry/api';
import { measure } from '../../src/otel/measure';
import { readDocument, root, tableOf } from './documents';

const guide = readDocument('docs/guides/telemetry.md');
const page = readDocument('docs/reference/telemetry.md');

/** The instruments that are made: name, kind and unit. */
function instruments(): readonly string[][] {
  const made: string[][] = [];
  const make =
    (kind: string) =>
    (name: string, { unit = '' }: MetricOptions) => {
      made.push([name, kind, unit]);
      return { addCallback: () => undefined, removeCallback: () => undefined, record: () => undefined };
    };
  const meter = {
    createHistogram: make('histogram'),
    createObservableCounter: make('observable counter'),
    createObservableGauge: make('observable gauge'),
  };
  for (const end of measure(meter as unknown as Meter)) end();
  return made;
}

it('lists the metrics that there are, with their kinds and units', () => {
  const listed = tableOf(page, ['Metric', 'Kind', 'Unit']).map((row) => row.slice(0, 3));

  expect(listed.toSorted()).toEqual(instruments().toSorted());
});

it('asks in its alerts for metrics that there are', () => {
  const inPrometheus = instruments().map(([name = '', kind, unit]) => {
    const plain = name.replaceAll('.', '_');
    if (kind === 'observable counter') return `${plain}_total`;
    return unit === 's' ? `${plain}_seconds` : plain;
  });
  const asked = tableOf(guide, ['What', 'Query']).flatMap(
    ([, query = '']) => query.match(/\bxcon_\w+(?=[{[)])/g) ?? [],
  );

  expect(asked.length).toBeGreaterThan(7);
  expect(
    asked.map((name) => name.replace(/_(bucket|count)$/, '')).filter((name) => !inPrometheus.includes(name)),
  ).toEqual(['xcon_source', 'xcon_cache_partition'].filter((name) => asked.includes(name)));
});

it('lists the channels with the types of their messages', () => {
  const source = readFileSync(join(root, 'src/base/channels.ts'), 'utf8');
  const declared = [...source.matchAll(/^ {2}readonly '(xcon:[\w-]+)': (\w+);$/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  const listed = tableOf(page, ['Channel', 'Type']).map((row) => row.slice(0, 2));

  expect(declared).toHaveLength(5);
  expect(listed).toEqual(declared);
});
