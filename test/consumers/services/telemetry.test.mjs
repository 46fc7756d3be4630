// The SDK of OpenTelemetry with exporters in memory, as global providers, by import and by require.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { metrics, trace } from '@opentelemetry/api';
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { config } from 'xcon';
import { startTelemetry } from 'xcon/otel';
import { startWorld } from './world.mjs';

test('lookups and requests are spans and metrics', async () => {
  const { aws, variables } = await startWorld();
  Object.assign(process.env, variables);
  const spans = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  const exporter = new InMemoryMetricExporter(1);
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  metrics.setGlobalMeterProvider(meterProvider);
  assert.equal(createRequire(import.meta.url)('xcon/otel').startTelemetry, startTelemetry);

  const telemetry = startTelemetry();
  for (const name of ['DB_HOST', 'DB_HOST', 'NONE']) await config.get(name);
  await meterProvider.forceFlush();
  telemetry.close();
  await config.get('db_host');

  const named = new Set(spans.getFinishedSpans().map(({ name }) => name));
  assert.ok(named.has('xcon.lookup') && named.has('SSM.GetParametersByPath'), [...named].join());
  assert.equal(spans.getFinishedSpans().filter(({ name }) => name === 'xcon.lookup').length, 2);
  const all = exporter.getMetrics().flatMap((each) => each.scopeMetrics.flatMap((scope) => scope.metrics));
  const lookups = all.find(({ descriptor }) => descriptor.name === 'xcon.lookups');
  const counts = lookups.dataPoints.map(({ attributes, value }) => [
    attributes['xcon.lookup.outcome'],
    attributes['xcon.tier'],
    value,
  ]);
  assert.deepEqual(counts, [
    ['found', 'source', 1],
    ['found', 'memory', 1],
    ['missing', 'source', 1],
  ]);
  assert.doesNotMatch(JSON.stringify(all.map(({ dataPoints }) => dataPoints)), /db\.internal|DB_HOST/);

  await meterProvider.shutdown();
  await config.close();
  await aws.close();
});
