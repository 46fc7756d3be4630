/** A call to a service, named as IAM names it. */
export interface ServiceAction {
  /** `ssm:PutParameter`. */
  readonly action: string;
  /** ARN, or a pattern of ARNs, for the message about a missing permission. */
  readonly resource: string;
  /** What has to be permitted besides, for that message: `kms:Decrypt on its key`. Absent: nothing. */
  readonly also?: string;
}

/** What a call to a service is sent with. */
export interface SendOptions {
  /** Aborts the call. What has been sent may have been done. */
  readonly abortSignal?: AbortSignal;
}

/** One call to a service, ready to be sent, and to be sent again. */
export interface ServiceRequest<T> extends ServiceAction {
  /** The client that sends it; without a region, it sends nothing. */
  readonly client: { readonly config: { readonly region: () => Promise<string> } };
  /** Whether it changes something. */
  readonly changes: boolean;
  /** The text that it sends, which no message may quote; absent: none. */
  readonly sent?: string | undefined;
  /** Sends it. @throws What the SDK throws. */
  readonly send: (options?: SendOptions) => Promise<T>;
}

/** Says what would permit a call. */
export function grantOf({ action, also, resource }: ServiceAction): string {
  return `allow ${action} on ${resource}${also === undefined ? '' : `, and ${also}`}`;
}
