import { type Unavailable } from '../item/directory-listing';
import { isChainExhausted, sourceRefusalOf } from './aws-errors';

/** The part of an SDK client that every call needs. */
interface Client {
  readonly config: { readonly region: () => Promise<string> };
}

/**
 * Runs a call to AWS with a client of the library or of the application.
 *
 * @param client - Its region is resolved first: the error of the SDK for a missing region is then unambiguous.
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
