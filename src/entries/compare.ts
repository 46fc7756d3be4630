import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { addressText, type AnyEntryKind, type EntryAddress, type EntryState, type Observed } from './entry-kind';
import { type StackKey } from './stack-key';
import { type EntryRecord } from './state';
import { canonical, type SourceValues } from './value-template';

/** A field that differs, as a person sees it. */
export interface FieldChange {
  /** Name of the field. */
  readonly field: string;
  /** `undefined`: it is not set. Sensitive fields are masked. */
  readonly before?: string;
  /** `undefined`: it will not be set. Sensitive fields are masked. */
  readonly after?: string;
  /** What cannot be shown: `generated with apply`. */
  readonly note?: string;
}

/** What is shown of any secret. */
const mask = new Secret('').toString();

/** What is compared to find out what is to be done with an entry. */
export interface Comparison {
  /** Fields that differ from what the file says. */
  readonly changed: readonly string[];
  /** Of these and the others, those that were changed by someone else since the last write. */
  readonly drifted: readonly string[];
  /** Fields of {@link Comparison.changed} that cannot be changed in place. */
  readonly replaced: readonly string[];
  /** The fields that differ, as a person sees them. */
  readonly shown: readonly FieldChange[];
  /** Digest of each field that the file decides. */
  readonly digests: Readonly<Record<string, string>>;
  /** Whether parts of the value are in no file and no source, so that deleting the entry would lose them. */
  readonly isValueKept: boolean;
}

/** What a comparison is made from. */
export interface CompareInput {
  readonly address: EntryAddress;
  readonly kind: AnyEntryKind;
  readonly config: unknown;
  readonly observed: Observed<EntryState> | undefined;
  readonly record: EntryRecord | undefined;
  readonly key: StackKey;
  readonly sources: SourceValues;
  readonly rotate: boolean;
  /** Whether fields that can change without a new version count as unknown where they were not read. Default: false. */
  readonly isThorough?: boolean;
}

/** Compares an entry of the file with what the service has and what was written last. Pure. */
export function compareEntry(input: CompareInput): Comparison {
  const { address, isThorough = false, key, kind, observed, record, rotate } = input;
  const { desired, notes = {}, observed: current = observed?.state ?? {}, replaceOn = [] } = planOf(input);
  const digests: Record<string, string> = {};
  const changed: string[] = [];
  const drifted: string[] = [];
  // A replacement that was begun may have made the entry again, with the version of the former one.
  const known = record?.keyId === key.id && record.replacing === undefined ? record : undefined;
  for (const [field, value] of Object.entries(desired)) {
    const digest = digestOf(key, address, field, value);
    digests[field] = digest;
    const isUnread = current[field] === undefined && observed?.unread.includes(field) === true;
    const found = isUnread ? undefined : digestOf(key, address, field, current[field]);
    const isVersioned = !isThorough || kind.unversioned?.includes(field) !== true;
    const isSettled = isVersioned && known?.version === observed?.version && known?.fields[field] === digest;
    if (observed === undefined || (isUnread ? !isSettled : found !== digest)) changed.push(field);
    const applied = known?.fields[field];
    if (found !== undefined && applied !== undefined && found !== applied) drifted.push(field);
  }
  if (rotate && observed !== undefined && !changed.includes('value')) changed.push('value');
  const isWrittenByOthers = known !== undefined && observed !== undefined && known.version !== observed.version;
  // What is generated is not compared: its version alone says that it has changed.
  const isCompared = Object.hasOwn(digests, 'value') && notes['value'] === undefined;
  if (isWrittenByOthers && !isCompared && !drifted.includes('value')) drifted.push('value');
  const shown = changed.map((field): FieldChange => {
    const [before, after, note] = [shownText(current[field]), shownText(desired[field]), notes[field]];
    // What a note speaks of is in no file, so that it may be secret whatever its type.
    const isHidden = note !== undefined;
    return {
      field,
      ...(before !== undefined && { before: isHidden ? mask : before }),
      ...(after !== undefined && { after: isHidden ? mask : after }),
      ...(note !== undefined && { note }),
    };
  });
  const noted = observed === undefined && notes['value'] !== undefined && !changed.includes('value');
  return {
    changed,
    drifted,
    replaced: observed === undefined ? [] : changed.filter((field) => replaceOn.includes(field)),
    shown: noted ? [...shown, { field: 'value', after: mask, note: notes['value'] ?? '' }] : shown,
    digests,
    isValueKept: notes['value'] !== undefined && !rotate,
  };
}

/**
 * Gives the fields that have to be read before an entry can be compared: those that the file decides and the listing did not
 * read, unless neither the file nor the entry has changed since the last write.
 *
 * @param options - `isShown`: whether what they are now is shown. Else those that are known to differ need not be read, either, where
 *   the kind updates an entry without them.
 */
export function unsettledFields(
  input: CompareInput,
  { isShown, isThorough }: { readonly isShown: boolean; readonly isThorough: boolean },
): readonly string[] {
  const { key, kind, observed, record } = input;
  if (observed === undefined || observed.unread.length === 0 || observed.isDeleted === true) return [];
  const { changed, replaced } = compareEntry({ ...input, isThorough, rotate: false });
  const unread = changed.filter((field) => observed.unread.includes(field));
  const isKnown = record?.keyId === key.id && record.replacing === undefined;
  const isAsWritten = isKnown && record.version === observed.version;
  if (isShown || kind.updatesUnread !== true || !isAsWritten || replaced.length > 0) return unread;
  const isUnversioned = (field: string): boolean => isThorough && kind.unversioned?.includes(field) === true;
  return unread.filter((field) => record.fields[field] === undefined || isUnversioned(field));
}

function planOf({ address, config, key, kind, observed, record, rotate, sources }: CompareInput) {
  const kept = record?.kept === undefined ? undefined : key.open(record.kept, addressText(address));
  return kind.plan({ address, config, observed, kept, sources, rotate });
}

/** An absent field has a digest, too: of nothing. */
function digestOf(key: StackKey, address: EntryAddress, field: string, value: EntryState[string]): string {
  return key.digest(`${addressText(address)}\n${field}\n${value === undefined ? '' : canonical(plainOf(value))}`);
}

function plainOf(value: ConfigValue | Secret<ConfigValue>): ConfigValue {
  return value instanceof Secret ? value.reveal() : value;
}

/** Longest text of a field that is shown. */
const longestShown = 200;

/** Gives a field as a person sees it; a sensitive one masked. */
function shownText(value: EntryState[string]): string | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Secret) return mask;
  const text = typeof value === 'string' ? value : jsonText(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function jsonText(value: ConfigValue): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'bigint') return String(each);
    return each instanceof Uint8Array ? `${each.length} bytes` : each instanceof Set ? [...each] : each;
  });
}
