// One process of the herd: gets ready, says so, and looks names up on request.
import { config, Logger, Context, Config, type SettingsValues, XconSettings } from '../src/index';

/** The task of a process of the herd. */
export type HerdOrder =
  | { readonly kind: 'settings'; readonly settings: Partial<SettingsValues> }
  | { readonly kind: 'go'; readonly names: readonly string[] };

/** What it says. */
export interface HerdReport {
  /** From the order to the values, **milliseconds**; `undefined` while it only says that it is ready. */
  readonly tookMs?: number;
  readonly failed: boolean;
}

const ignore = (): void => undefined;
let context: Context | undefined;

process.on('message', (order: HerdOrder) => void obey(order));
process.on('disconnect', () => process.exit());

async function obey(order: HerdOrder): Promise<void> {
  if (order.kind === 'settings') {
    const logger = new Logger({ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore });
    context = Context.createRoot([logger, new XconSettings(order.settings)]);
    await context.run(() => config.warm());
    process.send?.({ failed: false } satisfies HerdReport);
    return;
  }
  await context?.run(async () => {
    const began = performance.now();
    const failed = await Config.grab()
      .load(order.names)
      .then(
        () => false,
        () => true,
      );
    const tookMs = performance.now() - began;
    await Config.grab().flush();
    process.send?.({ tookMs, failed } satisfies HerdReport);
  });
}
