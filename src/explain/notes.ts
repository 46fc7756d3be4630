import { durationText } from '../base/time';
import { type ExplainedPlace, type Explanation } from './explained';

/** Least length of versions that are shortened: ids of secrets, not numbers of parameters. */
const longVersion = 12;
const shownOfLongVersion = 8;

/**
 * Gives the notes on an answer beside its value: version, age, whether it is stale or cached.
 *
 * @param at - When it was explained, ISO 8601; absent: the notes have dates instead of ages.
 */
export function notesOf(place: ExplainedPlace, at: string | undefined): readonly string[] {
  const { version, changedAt, stale } = place;
  const notes = [
    version && `v${version.length > longVersion ? `${version.slice(0, shownOfLongVersion)}…` : version}`,
    changedAt && (at === undefined ? `of ${changedAt}` : `${between(changedAt, at)} old`),
    stale === true && staleNote(place, at),
    cachedNote(place, at),
  ];
  return notes.filter((each) => typeof each === 'string' && each !== '') as readonly string[];
}

/** Names a place: its provider, and its directory if it has one. */
export function placeOf({ provider, directory }: ExplainedPlace): string {
  return directory === undefined || isNone(directory) ? provider : `${provider} ${directory}`;
}

/** Names explanations; adds the key of the declaration to a name that occurs twice, as for two fields of a secret. */
export function labelsOf(explanations: readonly Explanation[]): readonly string[] {
  const names = explanations.map(({ name }) => name);
  return explanations.map(({ name, key }) => {
    const isUnique = names.indexOf(name) === names.lastIndexOf(name);
    return key === undefined || isUnique ? name : `${name} (${key})`;
  });
}

/** Whether a path marks values that are in no directory, such as those of environment variables. */
export function isNone(directory: string): boolean {
  return directory.startsWith('/_');
}

/** Gives the remedies of places, each once. */
export function remediesOf(places: readonly ExplainedPlace[]): readonly string[] {
  return [...new Set(places.flatMap(({ remedy }) => remedy ?? []))];
}

/** Gives the IAM actions that a remedy names. */
export function actionsOf(remedy: string | undefined): readonly string[] {
  return [...(remedy ?? '').matchAll(/(?:\ballow|,? and) ([a-z0-9-]+:[A-Z]\w*)/g)].map((match) => match[1] ?? '');
}

function staleNote({ staleSince }: ExplainedPlace, at: string | undefined): string {
  if (staleSince === undefined) return 'stale';
  return at === undefined ? `stale since ${staleSince}` : `stale for ${between(staleSince, at)}`;
}

function cachedNote({ cachedAs, cachedFrom, cachedAt, cachedUntil }: ExplainedPlace, at: string | undefined): string {
  if (cachedAt === undefined && cachedAs === undefined) return '';
  const parts = [
    `cached${cachedFrom === undefined ? '' : ` from ${cachedFrom}`}`,
    cachedAs === 'sealed' ? 'sealed' : cachedAs === 'reference' ? 'by reference' : '',
    cachedAt && (at === undefined ? `at ${cachedAt}` : `${between(cachedAt, at)} ago`),
    cachedUntil && (at === undefined ? `until ${cachedUntil}` : `for ${between(at, cachedUntil)} more`),
  ];
  return parts.filter((each) => typeof each === 'string' && each !== '').join(' ');
}

/** Gives the time between two moments, in one unit. */
function between(from: string, to: string): string {
  return durationText(Date.parse(to) - Date.parse(from));
}
