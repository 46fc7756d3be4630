import type { ParameterMetadata, ParameterStringFilter, SSMClient } from '@aws-sdk/client-ssm';
import { batchesOf } from '../../aws/batches';
import { readPages } from '../../aws/pages';
import {
  deleteParameter,
  describeParameters,
  getParameters,
  listParameterTags,
  parameterFactsOf,
  parameterLimits,
  putParameter,
  tagParameter,
} from '../../aws/requests/parameters';
import { tagsOf } from '../../aws/tags';
import { Secret } from '../../item/secret';
import { type ConfigValue } from '../../item/value';
import {
  addressText,
  type DesiredState,
  type EntryAddress,
  type EntryContext,
  type EntryKind,
  type GivenEntry,
  type Observed,
  ownerTag,
  type PlanRequest,
  type WriteRequest,
  type Written,
} from '../entry-kind';
import { CallError, sendRequest } from '../service-calls';
import {
  fillTemplate,
  isGenerated,
  parseTemplate,
  refuseLiteral,
  referencesOf,
  type ValueTemplate,
} from '../value-template';
import {
  addressOf,
  type CommonOptions,
  comparedSecret,
  fullName,
  noteOf,
  readCommonOptions,
  tagsNamedBy,
} from './common-options';
import { nameProblem, valueProblem } from './ssm-limits';

/** A parameter as the file says it. */
export interface SsmConfig extends CommonOptions {
  readonly value: ValueTemplate;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly tier: 'Standard' | 'Advanced' | 'Intelligent-Tiering' | undefined;
  /** Regular expression that values must match. */
  readonly pattern: string | undefined;
}

/** What can be said of a parameter. */
export type SsmState = {
  readonly type: string;
  /** A `Secret` of a `SecureString`. */
  readonly value: string | Secret<ConfigValue>;
  readonly description: string | undefined;
  readonly tier: string | undefined;
  readonly kms: string | undefined;
  readonly pattern: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** Policies and data type are left as they are. */
  readonly policies: string | undefined;
  readonly dataType: string | undefined;
};

const kind = 'ssm';
const types = ['String', 'StringList', 'SecureString'] as const;

/** Parameters of SSM Parameter Store. */
export const ssmEntry: EntryKind<SsmConfig, SsmState> = {
  name: kind,
  updatesUnread: true,
  listsByOwner: true,
  unversioned: ['tags'],

  validate(given: GivenEntry): SsmConfig | undefined {
    const { address, diagnostics, options } = given;
    const entry = addressText(address);
    const { common, fields } = readCommonOptions(given, entry, ['type', 'tier', 'pattern']);
    const template = parseTemplate(given.value, entry, diagnostics);
    if (template === undefined) return undefined;
    const isSecret = template.kind !== 'literal';
    const type = fields.choice('type', types) ?? (isSecret ? 'SecureString' : 'String');
    const at = options.get('type')?.at ?? given.value.at;
    if (type === 'SecureString') refuseLiteral(template, entry, given.value.at, diagnostics);
    else if (isSecret) {
      diagnostics.addError(`a value that is not in the file is kept as a SecureString, not as a ${type}.`, {
        entry,
        at,
      });
    }
    if (common.keyId !== undefined && type !== 'SecureString') {
      diagnostics.addError('only a SecureString has a KMS key.', { entry, at: options.get('kms')?.at ?? at });
    }
    const tier = fields.choice('tier', ['Standard', 'Advanced', 'Intelligent-Tiering']);
    const value = type === 'SecureString' ? template : literalText(template, type);
    const problem = nameProblem(address) ?? valueProblem(value, tier);
    if (problem !== undefined) diagnostics.addError(problem, { entry, at: given.value.at });
    return { ...common, value, type, tier, pattern: fields.text('pattern') };
  },

  references: ({ value }) => referencesOf(value),

  async list({ directories, owned }, context) {
    const client = await context.clients.ssm(context.settings);
    const filters = [
      ...(owned ? [{ Key: `tag:${ownerTag}`, Option: 'Equals', Values: [context.stack] }] : []),
      ...batchesOf(directories, parameterLimits.filterValues).map((values) => ({
        Key: 'Path',
        Option: 'OneLevel',
        Values: [...values],
      })),
    ];
    const lists = await Promise.all(filters.map((filter) => describe(client, filter, context)));
    const all = new Map<string, Observed<SsmState>>();
    const [ownedOnes = [], ...others] = owned ? lists : [[], ...lists];
    for (const each of others.flat()) addObserved(all, each, undefined);
    for (const each of ownedOnes) addObserved(all, each, context.stack);
    return all;
  },

  async read(targets, context) {
    const client = await context.clients.ssm(context.settings);
    const names = targets.flatMap(({ address, listed }) => (listed === undefined ? [fullName(address)] : []));
    const found = await Promise.all(
      batchesOf(names, parameterLimits.filterValues).map((values) =>
        describe(client, { Key: 'Name', Option: 'Equals', Values: [...values] }, context),
      ),
    );
    const described = new Map<string, Observed<SsmState>>();
    for (const each of found.flat()) addObserved(described, each, undefined);
    const existing = targets.flatMap((target) => {
      const observed = (target.listed as Observed<SsmState> | undefined) ?? described.get(addressText(target.address));
      return observed === undefined ? [] : [{ ...target, observed, name: fullName(target.address) }];
    });
    const wanted = existing.filter(({ fields, listed }) => listed === undefined || fields.includes('value'));
    const values = await readValues(
      client,
      wanted.map(({ name }) => name),
      context,
    );
    const wholes = existing.map(async (target): Promise<[string, Observed<SsmState>]> => {
      const { address, fields, observed } = target;
      // One request a parameter, at a low rate: the listing by tag has named the owner of those that the stack owns.
      const needsTags = observed.owner === undefined || fields.includes('tags');
      const tags = needsTags ? await readTags(client, address, context) : undefined;
      const value = wanted.includes(target) ? { text: values.get(target.name) } : undefined;
      return [addressText(address), readOf(observed, value, tags)];
    });
    return new Map(await Promise.all(wholes));
  },

  plan({ config, observed, sources }: PlanRequest<SsmConfig, SsmState, undefined>): DesiredState<SsmState> {
    const { value, tags, description, keyId: kms, pattern, tier, type } = config;
    const current = observed?.state.value;
    const secret = type === 'SecureString' ? comparedSecret(value, sources, asSecret(current)) : undefined;
    const note = secret === undefined ? undefined : noteOf(value, sources);
    return {
      desired: {
        type,
        ...(secret === undefined
          ? { value: textOf(value) }
          : secret.desired !== undefined && { value: secret.desired }),
        ...(description !== undefined && { description }),
        ...(tier !== undefined && tier !== 'Intelligent-Tiering' && { tier }),
        ...(kms !== undefined && { kms }),
        ...(pattern !== undefined && { pattern }),
        ...(tags !== undefined && { tags }),
      },
      observed: {
        ...observed?.state,
        ...(secret?.observed !== undefined && { value: secret.observed }),
        ...(tags !== undefined &&
          observed?.state.tags !== undefined && { tags: tagsNamedBy(tags, observed.state.tags) }),
      },
      replaceOn: ['type', ...(tier === 'Standard' && observed?.state.tier === 'Advanced' ? (['tier'] as const) : [])],
      ...(note !== undefined && { notes: { value: note } }),
    };
  },

  carriedValue: ({ state }) => asSecret(state.value),

  async create(request, context) {
    const { address, config } = request;
    try {
      return await put(request, undefined, context);
    } catch (error) {
      if (!(error instanceof CallError) || error.reason !== 'exists') throw error;
      // The answer to a former attempt was lost: the parameter is there, and ours.
      const observed = (await ssmEntry.read([{ address, fields: ['value'] }], context)).get(addressText(address));
      if (observed?.owner !== context.stack) throw error;
      const current = asSecret(observed.state.value)?.reveal();
      const { randomInt } = context;
      const value = fillTemplate(config.value, { sources: request.sources, current, rotate: false, randomInt });
      if (value === current) return { version: observed.version };
      return put({ ...request, observed }, observed, context);
    }
  },

  async update(request, context) {
    const { changed, address, config, observed } = request;
    let written: Written<undefined> | undefined;
    if (changed.some((field) => field !== 'tags')) written = await put(request, observed, context);
    if (changed.includes('tags') && config.tags !== undefined) await addTags(address, config.tags, context);
    return written ?? { version: observed?.version ?? '' };
  },

  async delete(address, context) {
    const client = await context.clients.ssm(context.settings);
    await sendRequest(context, deleteParameter(client, fullName(address))).catch((error: unknown) => {
      if (!(error instanceof CallError) || error.reason !== 'not-found') throw error;
    });
  },

  async import(address, observed, context) {
    await addTags(address, { [ownerTag]: context.stack }, context);
    return { version: observed.version };
  },
};

function literalText(template: ValueTemplate, type: string): ValueTemplate {
  if (template.kind !== 'literal') return template;
  const { value } = template;
  const isList = type === 'StringList' && Array.isArray(value);
  return { kind: 'literal', value: isList ? (value as readonly ConfigValue[]).map(String).join() : scalarText(value) };
}

/** Gives a scalar as the text of a parameter; anything else is left, and reported. */
function scalarText(value: ConfigValue): ConfigValue {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : value;
}

function textOf(template: ValueTemplate): string {
  return template.kind === 'literal' && typeof template.value === 'string' ? template.value : '';
}

function asSecret(value: string | Secret<ConfigValue> | undefined): Secret<ConfigValue> | undefined {
  return typeof value === 'string' ? new Secret<ConfigValue>(value) : value;
}

function describe(
  client: SSMClient,
  filter: ParameterStringFilter,
  context: EntryContext,
): Promise<readonly ParameterMetadata[]> {
  return readPages(
    (token: string | undefined) => sendRequest(context, describeParameters(client, [filter], token)),
    (page) => page.NextToken,
    (page) => page.Parameters,
  );
}

function addObserved(
  all: Map<string, Observed<SsmState>>,
  metadata: ParameterMetadata,
  owner: string | undefined,
): void {
  const address = addressOf(kind, metadata.Name);
  if (address === undefined) return;
  all.set(addressText(address), {
    version: versionOf(metadata),
    owner,
    state: metadataState(metadata),
    unread: ['value', 'tags'],
  });
}

/** One that others have deleted and made again begins at version 1, and has no owner. */
function versionOf({ Version: version }: Pick<ParameterMetadata, 'Version'>): string {
  return `${version ?? 0}`;
}

function metadataState(metadata: ParameterMetadata): Omit<SsmState, 'value' | 'tags'> {
  const { dataType, description, keyId: kms, pattern, policies, tier, type } = parameterFactsOf(metadata);
  return { type: type ?? 'String', description, tier: tier ?? 'Standard', kms, pattern, policies, dataType };
}

/** Adds what was read to a parameter. @param value - `undefined`: it was not read; without a text, it cannot be. */
function readOf(
  { owner, state, version }: Observed<SsmState>,
  value: { readonly text: string | undefined } | undefined,
  tags: Readonly<Record<string, string>> | undefined,
): Observed<SsmState> {
  const isSecret = state.type === 'SecureString';
  const { text } = value ?? {};
  return {
    version,
    owner: tags === undefined ? owner : tags[ownerTag],
    state: {
      ...state,
      ...(tags !== undefined && { tags }),
      ...(text !== undefined && { value: isSecret ? new Secret<ConfigValue>(text) : text }),
    },
    unread: [...(value === undefined ? ['value' as const] : []), ...(tags === undefined ? ['tags' as const] : [])],
  };
}

/** Reads values ten a call; where one key refuses a call, each by itself, so that the others are read. */
async function readValues(
  client: SSMClient,
  names: readonly string[],
  context: EntryContext,
): Promise<ReadonlyMap<string, string>> {
  const answers = await Promise.all(
    batchesOf(names, parameterLimits.names).map((batch) => readBatch(client, batch, context)),
  );
  return new Map(answers.flat());
}

async function readBatch(
  client: SSMClient,
  names: readonly string[],
  context: EntryContext,
): Promise<readonly (readonly [string, string])[]> {
  try {
    const { Parameters: found = [] } = await sendRequest(context, getParameters(client, names));
    return found.flatMap(({ Name: name, Value: value }) =>
      name === undefined || value === undefined ? [] : [[name, value] as const],
    );
  } catch (error) {
    if (!(error instanceof CallError) || error.failure === 'failed' || error.failure === 'throttled') throw error;
    if (names.length > 1) return (await Promise.all(names.map((each) => readBatch(client, [each], context)))).flat();
    const detail = 'Its KMS key must allow kms:Decrypt, too.';
    context.diagnostics.addError(error.message, { entry: `${kind}:${names.join()}`, detail });
    return [];
  }
}

async function readTags(
  client: SSMClient,
  address: EntryAddress,
  context: EntryContext,
): Promise<Readonly<Record<string, string>>> {
  const { TagList: tags } = await sendRequest(context, listParameterTags(client, fullName(address)));
  return tagsOf(tags);
}

async function addTags(
  address: EntryAddress,
  tags: Readonly<Record<string, string>>,
  context: EntryContext,
): Promise<void> {
  const client = await context.clients.ssm(context.settings);
  await sendRequest(context, tagParameter(client, fullName(address), tags));
}

/** @param former - The parameter as it is; `undefined`: it is created, and fails where there is one. */
async function put(
  request: WriteRequest<SsmConfig, SsmState, undefined>,
  former: Observed<SsmState> | undefined,
  context: EntryContext,
): Promise<Written<undefined>> {
  const { address, config } = request;
  const client = await context.clients.ssm(context.settings);
  const value = await valueToPut(client, request, context);
  const { description, keyId, pattern, tier, type } = config;
  const tags = { ...config.tags, [ownerTag]: context.stack };
  const state = former && { ...former.state, keyId: former.state.kms };
  const facts = { name: fullName(address), value, type, tier, keyId, description, pattern, tags, former: state };
  const { Version: version } = await sendRequest(context, putParameter(client, facts));
  return { version: `${version ?? 0}` };
}

/** What is generated, or cannot be read now, keeps the value that the parameter has. */
async function valueToPut(
  client: SSMClient,
  { address, carried, config, observed, rotate, sources }: WriteRequest<SsmConfig, SsmState, undefined>,
  context: EntryContext,
): Promise<string> {
  const keeps = isGenerated(config.value) || referencesOf(config.value).some((each) => !sources.has(each));
  const known = asSecret(observed?.state.value) ?? carried;
  const reads = keeps && known === undefined && observed !== undefined;
  const current = reads
    ? (await readValues(client, [fullName(address)], context)).get(fullName(address))
    : known?.reveal();
  const value = fillTemplate(config.value, { sources, current, rotate, randomInt: context.randomInt });
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`There is no value for ${addressText(address)}: its source gives none.`);
}
