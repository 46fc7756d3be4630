import { type Command } from '../command';
import { loadDeclaration } from '../declaration-module';

/** `xcon document`: prints a table of the declared settings. */
export const command: Command<string, { readonly declaration?: string }> = {
  description:
    'Prints the declared settings as a table of Markdown, for the documentation of a service. No secret is in it.',
  options: [
    {
      flags: '--declaration <module>',
      description: 'module that exports what defineSettings() gave; module#name for one of several',
    },
  ],
  examples: [
    { text: 'Write the page', command: 'xcon document > settings.md' },
    { text: 'From a module that xcon.yaml does not name', command: 'xcon document --declaration src/settings.mjs' },
  ],

  async run(context, _, { declaration }) {
    return { result: await (await loadDeclaration(context, declaration)).document() };
  },

  renderText: (text) => text,
  renderJson: (text) => ({ text }),
};
