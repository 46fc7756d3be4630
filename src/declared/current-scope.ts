import { Config } from '../config/config';
import { LookupScope } from '../config/lookup-scope';
import { Context } from '../di/context';
import { lookAtVariables } from '../settings/variables';

/** Gives all that lookups of a Config have in common, as it is now. @param config - Absent: the current one. */
export function currentScope(config = Config.grab()): LookupScope {
  lookAtVariables();
  const context = Context.current();
  return LookupScope.of<Config>(context, config, context.resolveAll(Config));
}
