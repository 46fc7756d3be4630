import { type Unavailable } from '../item/directory-listing';
import { isChainExhausted, sourceRefusalOf } from './aws-errors';

/** A client of the SDK, as far as every call needs it. */
interface Client {
  readonly config: { readonly region: () => Promise<string> };
}

/**
 * Runs a call to AWS of a client that may be the user's own.
 *
 * @param client - Asked for its region first: without one, the SDK throws an error that says nothing else.
 * @throws What the call throws; a `CredentialsError` when no credentials could be found.
 */
export async function callAws<T>(client: Client, call: () => Promise<T>): Promise<T> {
  try {
    await client.config.region();
    return await call();
  } catch (error) {
    if (!isChainExhausted(error)) throw error;
    const { credentialsError } = await import('./credentials');
    throw await credentialsError(error);
  }
}

/**
 * Runs a call to AWS whose refusal is an outcome and not a failure.
 *
 * @param remedy - What would make the source readable.
 * @returns What the call gives, or why it is not permitted.
 */
export async function whenPermitted<T>(
  client: Client,
  remedy: string,
  call: () => Promise<T>,
): Promise<T | Unavailable> {
  try {
    return await callAws(client, call);
  } catch (error) {
    const refusal = sourceRefusalOf(error, remedy);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
