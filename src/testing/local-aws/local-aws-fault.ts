import { type LocalAwsService } from './service';

/**
 * Something that goes wrong with the requests it matches.
 *
 * The first fault that matches, applies to the operation and has not happened `times` times is taken. It says one of:
 * an error (`type`, `status`, `message`), `dropConn`, `hang`, `raw`, `unprocessed`, `batchErrors`, `endlessToken`,
 * `emptyPageFirst`; `delayMs` may stand beside each, or alone.
 */
export interface LocalAwsFault {
  /** Unanchored regular expression on the operation: `GetSecretValue` also hits `BatchGetSecretValue`. */
  readonly target: string;
  /** Unanchored regular expression on the text of the request body. Absent: any body. */
  readonly body?: string;
  /** Only requests to this service. */
  readonly service?: LocalAwsService;
  /** How many requests it hits. Absent: all. */
  readonly times?: number;
  /** AWS name of the error. Default by `status`: `ServiceUnavailable` for 503, `InternalFailure` for others of 5xx, else `ValidationException`. */
  readonly type?: string;
  /** HTTP status of the error. Default 400. */
  readonly status?: number;
  /** Message of the error, or of each error of `batchErrors`. */
  readonly message?: string;
  /** Closes the connection without an answer. */
  readonly dropConn?: boolean;
  /** Never answers, until the client gives up or the local AWS is closed. */
  readonly hang?: boolean;
  /** Waits so many milliseconds, then goes on. */
  readonly delayMs?: number;
  /** Answers this text instead of what the service says: truncated JSON, HTML. `status` default 200. */
  readonly raw?: { readonly status?: number; readonly body: string; readonly contentType?: string };
  /** `BatchWriteItem` and `BatchGetItem` do nothing and give everything back as unprocessed. */
  readonly unprocessed?: boolean;
  /** `BatchGetSecretValue` gives every id back in `Errors` with this code. */
  readonly batchErrors?: string;
  /** Operations that answer in pages give the first page for ever, always with a token. */
  readonly endlessToken?: boolean;
  /** Operations that answer in pages give an empty page with a token first; hits requests without a token only. */
  readonly emptyPageFirst?: boolean;
}
