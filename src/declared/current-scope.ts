import { Config } from '../config/config';
import { LookupScope } from '../config/lookup-scope';
import { Context } from '../di/context';
import { lookAtVariables } from '../settings/variables';

/** Gives all that lookups of the current Config have in common, as it is now. */
export function currentScope(): LookupScope {
  lookAtVariables();
  const context = Context.current();
  return LookupScope.of<Config>(context, Config.grab(), context.resolveAll(Config));
}
