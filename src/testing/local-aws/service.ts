import { type Fields } from './fields';

/** Services the local AWS answers for. */
export type LocalAwsService = 'ssm' | 'secretsmanager' | 'dynamodb' | 'kms';

/** Answers one operation; throws a `ServiceError` for what the real service refuses. */
export type Operation = (fields: Fields) => Fields | Promise<Fields>;

/** Operations of one service, by name. */
export type Operations = ReadonlyMap<string, Operation>;

/** Something that was changed, told to the listeners of `LocalAws.onChange`. */
export interface LocalAwsChange {
  readonly service: LocalAwsService;
  /** AWS name of the operation that made the change, such as `PutParameter`. */
  readonly operation: string;
  /** Name of the parameter or the secret; for DynamoDB, of the table. */
  readonly name: string;
}

/** What every service needs from the server. */
export interface ServiceContext {
  /** Current time, milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Tells the listeners about a change. */
  readonly changed: (change: LocalAwsChange) => void;
}
