/**
 * A service that uses the entry points beside `xcon`: frameworks, telemetry, entries. `.ci/type-matrix.mjs` compiles it from the packed
 * package by each supported version of TypeScript in each kind of module; nothing runs it.
 */
import { Module } from '@nestjs/common';
import type { Context, SQSEvent } from 'aws-lambda';
import { AppConfigProvider, config, defineSettings, EnvFileProvider, secret, setting, type SettingsOf } from 'xcon';
import {
  type AnyEntryKind,
  applyPlan,
  builtInKinds,
  MemoryState,
  parseEntryFile,
  planEntries,
  stackKeyOf,
} from 'xcon/entries';
import { liveness, readiness, type ReadinessReport, toFastifyHandler, toNodeHandler } from 'xcon/http';
import { withSettings } from 'xcon/lambda';
import { withSettings as settingsMiddleware } from 'xcon/middy';
import { InjectSettings, XconModule, XconService } from 'xcon/nestjs';
import { startTelemetry, type Telemetry } from 'xcon/otel';

const declared = defineSettings({ host: setting('DB_HOST'), db: { password: secret('DB_PASSWORD') } });
type Settings = SettingsOf<typeof declared>;

/** A handler of Lambda, whose settings are typed. */
export const handler: (event: SQSEvent, context: Context) => Promise<string> = withSettings(
  declared,
  (event: SQSEvent, context: Context, settings) => {
    const typed: Settings = settings;
    // @ts-expect-error there is no such setting
    void settings.port;
    return `${event.Records.length} ${context.awsRequestId} ${typed.host}`;
  },
  { refreshSeconds: 60 },
);
// @ts-expect-error there is no such option
void (() => withSettings(declared, () => 'done', { refresh: 60 }));

/** A middleware of middy, whose settings are in the context, typed. */
export async function before(context: Context & { readonly settings: Settings }): Promise<string> {
  await settingsMiddleware(declared).before({ context });
  // @ts-expect-error there is no such setting
  void context.settings.port;
  return context.settings.host;
}

/** Probes. */
export const live = toNodeHandler(liveness());
export const ready = toFastifyHandler(readiness(config, declared, { cacheMs: 5000 }));
export async function isReady(): Promise<ReadinessReport['status']> {
  const response: Response = await readiness(config)({ method: 'GET' });
  return response.ok ? 'ready' : 'not ready';
}

/** A module of NestJS. */
export class AppModule {}
Module({ imports: [XconModule.forRoot({ settings: [declared] }), XconModule.forFeature(declared)] })(AppModule);
export const inject: ParameterDecorator & PropertyDecorator = InjectSettings(declared);
export async function fromService(service: XconService): Promise<string> {
  const settings: Settings = await service.load(declared);
  const size: number = await service.getNumber('POOL_SIZE', 10);
  // @ts-expect-error there may be no text
  const text: string = await service.getString('DB_HOST');
  return `${settings.host} ${size} ${text}`;
}
export const asyncModule = XconModule.forRootAsync({
  inject: [XconService],
  // It is typed by what is injected.
  useFactory: (service: XconService) => service.has('DB_HOST').then(() => ({})),
});

/** Telemetry. */
export function observe(): Telemetry {
  // @ts-expect-error there is no such option
  startTelemetry({ names: true });
  return startTelemetry({ spans: false, settingNames: false });
}

/** Providers that are to be asked for. */
export const providers = [
  new AppConfigProvider({ profile: 'flags', featureFlags: true }),
  new EnvFileProvider({ folder: '/app' }),
];

/** Entries as a library. */
export async function plan(text: string, kinds: readonly AnyEntryKind[]): Promise<number> {
  const { file, diagnostics } = parseEntryFile(text, { path: 'xcon.yaml', kinds: [...builtInKinds, ...kinds] });
  if (file === undefined) return diagnostics.length;
  const session = { file, state: new MemoryState(), key: stackKeyOf(new Uint8Array(32), file.stack) };
  const made = await planEntries(session, { environments: ['prod'] });
  let completed = 0;
  for await (const event of applyPlan(made, session)) if (event.kind === 'entry') completed = event.completed;
  return completed;
}
