import { type ParameterStore } from './parameter-store';
import { type Operations } from './service';
import { ssmReads } from './ssm-reads';
import { ssmWrites } from './ssm-writes';

/** The operations of SSM Parameter Store. */
export function ssmOperations(store: ParameterStore): Operations {
  return new Map([...ssmReads(store), ...ssmWrites(store)]);
}
