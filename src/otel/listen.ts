import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';
import { type XconEvents } from '../core';

/** Calls a function with each message of a channel. An error of it is logged: Node would end the process. @returns A function that ends that. */
export function listen<Name extends keyof XconEvents>(
  name: Name,
  listener: (message: XconEvents[Name]) => void,
): () => void {
  const onMessage = (message: unknown): void => {
    try {
      listener(message as XconEvents[Name]);
    } catch (error) {
      reportFailure(name, error);
    }
  };
  subscribe(name, onMessage);
  return () => void unsubscribe(name, onMessage);
}

function reportFailure(name: string, error: unknown): void {
  try {
    diag.error(`xcon: a message of ${name} could not be reported`, error instanceof Error ? error.name : '');
  } catch {
    // The logger of OpenTelemetry may be a function of the user's that throws.
  }
}
