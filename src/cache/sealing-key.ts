import { errorFacts } from '../base/describe-error';
import { type CacheSession, type CertainAnswer } from './cacher';
import { type DataKeyRow } from './cache-row';
import { type Partition } from './partition';
import { type PartitionState } from './partition-state';
import { type SealingKey } from './secret-box';

/** The key for new sealed rows. */
export interface KeyToSealWith {
  /** `undefined`: secrets are not sealed, or there is no key. */
  readonly key: SealingKey | undefined;
  /** The row to write when the key is new. */
  readonly row: DataKeyRow | undefined;
}

/** Gives the key to seal the secrets among answers with; when KMS gives none, the log is told. */
export async function sealingKeyFor(
  state: PartitionState,
  rows: Partition,
  answers: readonly CertainAnswer[],
  { settings }: CacheSession,
): Promise<KeyToSealWith> {
  const none = { key: undefined, row: undefined };
  if (settings.cacheSecrets !== 'encrypt' || !answers.some(({ item }) => item?.secret === true)) return none;
  try {
    const current = await state.keyring.current(rows.wrappedKeys);
    return 'row' in current ? current : { key: current, row: undefined };
  } catch (error) {
    state.warn('cache.no-sealing-key', { reason: errorFacts(error).name, consequence: 'secrets are not cached' });
    return none;
  }
}
