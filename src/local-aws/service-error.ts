import { localUserArn } from './arn';

/** An error answer of an AWS service, as a client is to receive it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  /**
   * @param type - Name of the error, with its namespace where the real service sends one.
   * @param status - HTTP status; AWS JSON services answer 400 to nearly every client mistake.
   * @param details - Further members of the body, such as `Item`.
   */
  constructor(
    readonly type: string,
    message: string,
    readonly status: number = 400,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The request breaks a constraint of the operation. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** The request cannot be read: bad JSON, or a member of the wrong type. */
export function serializationError(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}

/** The caller lacks `action` on `resource`. */
export function accessDenied(action: string, resource: string): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `User: ${localUserArn} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`,
  );
}
