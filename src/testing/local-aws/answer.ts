import { type Fields } from './fields';
import { ServiceError } from './service-error';

/** What a client is to get. */
export type Answer =
  | {
      readonly kind: 'body';
      readonly status: number;
      readonly body: string;
      readonly type: string;
      readonly error?: string;
    }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

/** Answers a request that was performed. */
export function answerOf(fields: Fields, type: string): Answer {
  return { kind: 'body', status: 200, body: JSON.stringify(fields), type };
}

/** Answers with an error, in the shape of the AWS JSON protocols. */
export function answerOfError({ type: name, message, status, details }: ServiceError, type: string): Answer {
  const body = JSON.stringify({ __type: name, message, ...details });
  return { kind: 'body', status, body, type, error: name.slice(name.indexOf('#') + 1) };
}

/** Turns whatever an operation threw into an error answer; a mistake of the local AWS itself is a server fault. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}
