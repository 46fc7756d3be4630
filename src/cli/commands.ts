import { type CommandEntry, type CommandGroup } from './command';

/** Every command, in the order of the help: one line each, with its name, its summary and what loads it. */
export const commands: readonly CommandEntry[] = [
  ...inGroup('Reading', [
    ['get', 'prints the value of a setting', () => import('./commands/get')],
    ['list', 'lists every name that can be looked up', () => import('./commands/list')],
    ['explain', 'says where values come from', () => import('./commands/explain')],
    ['run', 'starts a program with settings as variables', () => import('./commands/run')],
    ['export', 'writes settings for another tool', () => import('./commands/export')],
    ['diff', 'compares environments or files', () => import('./commands/diff')],
    ['check', 'checks declared settings in environments', () => import('./commands/check')],
    ['policy', 'prints the least IAM policy of a service', () => import('./commands/policy')],
    ['env-example', 'prints a .env.example', () => import('./commands/env-example')],
    ['document', 'prints a table of the declared settings', () => import('./commands/document')],
  ]),
  ...inGroup('Writing', [
    ['set', 'writes the value of a setting', () => import('./commands/set')],
    ['unset', 'removes a setting from one place', () => import('./commands/unset')],
    ['copy', 'copies a setting to another place', () => import('./commands/copy')],
    ['move', 'moves a setting to another place', () => import('./commands/move')],
    ['history', 'lists the versions of a setting', () => import('./commands/history')],
    ['rollback', 'writes the value of an older version', () => import('./commands/rollback')],
    ['import', 'writes the settings of a file', () => import('./commands/import')],
  ]),
  ...inGroup('Entries', [
    ['validate', 'checks the file of entries', () => import('./commands/validate')],
    ['plan', 'shows what an apply would do', () => import('./commands/plan')],
    ['apply', 'makes everything as the file of entries says', () => import('./commands/apply')],
    ['destroy', 'deletes what a stack owns', () => import('./commands/destroy')],
    ['drift', 'finds what was changed outside since the last apply', () => import('./commands/drift')],
    ['adopt', 'takes existing entries under management', () => import('./commands/adopt')],
    ['state list', 'lists the entries that are recorded', () => import('./commands/state-list')],
    ['state show', 'shows what is recorded of an entry', () => import('./commands/state-show')],
    ['state forget', 'removes records and leaves the entries as they are', () => import('./commands/state-forget')],
    ['unlock', 'releases the lock of a run that has ended', () => import('./commands/unlock')],
  ]),
  ...inGroup('Operating', [
    ['cache status', 'sums up what the shared cache table holds', () => import('./commands/cache-status')],
    ['cache list', 'lists the rows of the shared cache table', () => import('./commands/cache-list')],
    ['cache clear', 'deletes rows of the shared cache table', () => import('./commands/cache-clear')],
    ['cache create-table', 'makes the shared cache table', () => import('./commands/cache-create-table')],
    ['doctor', 'looks for what keeps settings from being found', () => import('./commands/doctor')],
    ['local', 'runs a local AWS', () => import('./commands/local')],
    ['completion', 'prints the script that completes the command in a shell', () => import('./commands/completion')],
  ]),
];

/** What groups of commands are for, by the first word of their names. */
export const commandGroups: Readonly<Record<string, string>> = {
  cache: 'looks into the shared cache table, clears it, makes it',
  state: 'shows and changes what is recorded of entries',
};

type Line = readonly [name: string, summary: string, load: CommandEntry['load']];

function inGroup(group: CommandGroup, lines: readonly Line[]): readonly CommandEntry[] {
  return lines.map(([name, summary, load]) => ({ name, group, summary, load }));
}
