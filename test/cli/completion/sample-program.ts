import { Argument, Command, Option } from 'commander';
import { completedCommands } from '../../../src/cli/completion/completed-command';

/** A program with all that completion knows: groups, options with and without values, choices, files, a hidden command. */
export function sampleProgram(): Command {
  const program = new Command('tool').version('1.0.0');
  program.option('-s, --service <name>', "the service; 'quoted', with a $variable").option('--json', 'print JSON');
  const format = new Option('-f, --format <format>', 'form of the answer').choices(['dotenv', 'json', 'yaml']);
  program.command('export').description('Exports.\nMore about it.').addOption(format).option('--out <file>', 'a file');
  const cache = program.command('cache').description('works on the cache: rows');
  cache.command('clear').description('deletes rows').argument('[name]').option('--dry-run');
  cache.command('list').description('lists rows');
  program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']));
  program.command('import').argument('<file>', 'what to import');
  program.command('secret', { hidden: true }).description('hidden');
  program.command('run').argument('[command...]');
  return program;
}

/** What a shell is told of the sample. */
export const sample = completedCommands(sampleProgram());
