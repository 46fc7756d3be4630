import { mask } from '../base/printable';
import { type Config } from '../config/config';
import type * as Explaining from '../explain/explain';
import { type ExplainedPlace, Explanation, type ExplanationParts, type ExplanationSet } from '../explain/explained';
import { idOf, type WaitOptions } from '../config/lookup-options';
import { type LookupScope } from '../config/lookup-scope';
import { isSecretName, showValue } from '../explain/shown-value';
import { DirectoryItem } from '../item/directory-item';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type Declaration } from './declaration';
import { loadFrom } from './load';
import { readValue } from './read-value';

/** Result of loading a found value. */
interface LoadCheck {
  /** Why it cannot be loaded; `undefined` when it can. */
  readonly problem: string | undefined;
  /** Whether it counts as no value. */
  readonly isNone: boolean;
  /** The default that is loaded without a value; `undefined`: there is none. */
  readonly fallback: unknown;
}

/** What explanations of declared settings need. */
export interface ExplainSession {
  readonly scope: LookupScope;
  readonly config: Config;
  /** Explains single names; a part that is loaded beside this one. */
  readonly explaining: typeof Explaining;
}

/** Explains declared settings: where each value comes from, and whether it can be loaded. Secrets are masked. */
export async function explainSettings(
  declarations: readonly Declaration[],
  session: ExplainSession,
  options: WaitOptions,
): Promise<ExplanationSet> {
  const { explaining, scope } = session;
  scope.touch();
  const parts = await Promise.all(declarations.map((each) => explainSetting(each, session, options)));
  const renderers = await explaining.loadRenderers();
  const explanations = parts.map((each) => new Explanation(each, renderers));
  return explaining.explanationSet(scope, explanations, renderers);
}

async function explainSetting(
  declaration: Declaration,
  { scope, config, explaining }: ExplainSession,
  { signal }: WaitOptions,
): Promise<ExplanationParts> {
  const { kind, name } = declaration;
  const options = { id: idOf(declaration), secret: kind === 'secret', signal };
  const { explanation, item = DirectoryItem.nonExistent(name) } = await explaining.explainItem(scope, name, options);
  return withLoadCheck(explanation, declaration, await checkLoad(declaration, item, config));
}

async function checkLoad(declaration: Declaration, item: DirectoryItem, config: Config): Promise<LoadCheck> {
  const { default: given, optional, schema } = declaration;
  if (!item.nonExistent) {
    const loaded = await loadFrom(declaration, item, { config });
    if ('reason' in loaded) return { problem: loaded.message, isNone: loaded.reason === 'missing', fallback: given };
    return { problem: undefined, isNone: loaded.found.reveal() === undefined, fallback: given };
  }
  if (given !== undefined || optional) return { problem: undefined, isNone: true, fallback: given };
  const made = await readValue(schema, undefined, true);
  if ('value' in made) return { problem: undefined, isNone: true, fallback: made.value };
  return { problem: 'it is required, and missing', isNone: true, fallback: undefined };
}

/** Adds the declaration: its default is the last place, and a value may count as none. */
function withLoadCheck(
  { name, places, winner, failure, explainedAt }: Explanation,
  declaration: Declaration,
  { problem, isNone, fallback }: LoadCheck,
): ExplanationParts {
  const isUsed = isNone && failure === undefined && fallback !== undefined;
  const declared: ExplainedPlace = {
    provider: 'declared',
    outcome: isUsed ? 'found' : 'shadowed',
    value: shown(declaration, fallback),
  };
  const none = isNone ? winner : undefined;
  const checked = places.map((each) =>
    each === none ? { ...each, outcome: 'shadowed' as const, reason: 'it counts as none' } : each,
  );
  return {
    name,
    places: fallback === undefined ? checked : [...checked, declared],
    winner: isUsed ? declared : isNone ? undefined : winner,
    explainedAt,
    declared: { key: declaration.key, problem: failure === undefined ? problem : undefined },
  };
}

function shown({ kind, name }: Declaration, value: unknown): string {
  if (kind === 'secret' || value instanceof Secret || isSecretName(name)) return mask;
  return showValue(value as ConfigValue);
}
