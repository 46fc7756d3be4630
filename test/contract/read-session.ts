import { AwsClients } from '../../src/aws/aws-clients';
import { type ReadSession } from '../../src/providers/provider';
import { settingsDefaults, type SettingsValues } from '../../src/settings/settings-values';

/** Parts of a session that a test gives; the defaults are no clients, default settings and a clock that does not advance. */
export interface SessionOptions {
  readonly clients?: AwsClients;
  readonly settings?: Partial<SettingsValues>;
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
}

/** Makes what a read may use. */
export function readSession(options: SessionOptions = {}): ReadSession {
  const { clients = new AwsClients(), settings = {}, nowMs = 1_700_000_000_000 } = options;
  return {
    clients,
    settings: { ...settingsDefaults, serviceGiven: false, environmentGiven: false, ...settings },
    nowMs: () => nowMs,
    signal: options.signal ?? new AbortController().signal,
  };
}

/** Makes an error as the SDK throws it. */
export function awsError(name: string, message = 'no'): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}
