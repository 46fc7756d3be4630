import { type Command } from '../command';
import { loadDeclaration } from '../declaration-module';

/** `xcon env-example`: prints a `.env.example`. */
export const command: Command<string, { readonly declaration?: string }> = {
  description:
    'Prints a .env.example of the declared settings: what each is, whether it is required, and its default. No secret is in it.',
  options: [
    {
      flags: '--declaration <module>',
      description: 'module that exports what defineSettings() gave; module#name for one of several',
    },
  ],
  examples: [
    { text: 'Write the file', command: 'xcon env-example > .env.example' },
    { text: 'From a module that xcon.yaml does not name', command: 'xcon env-example --declaration src/settings.mjs' },
  ],

  async run(context, _, { declaration }) {
    return { result: await (await loadDeclaration(context, declaration)).envExample() };
  },

  renderText: (text) => text,
  renderJson: (text) => ({ text }),
};
