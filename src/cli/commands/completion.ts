import { type Command } from '../command';
import { completedCommands } from '../completion/completed-command';

const shells = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof shells)[number];

/** `xcon completion`: prints the script that completes the command in a shell. */
export const command: Command<string> = {
  description:
    'Prints a script that completes commands, options and their values in a shell. It is made from the definitions of the commands: ' +
    'print it again after an update.\n\n' +
    'bash, in ~/.bashrc: eval "$(xcon completion bash)"\n' +
    'zsh, in ~/.zshrc behind compinit: source <(xcon completion zsh)\n' +
    'fish: xcon completion fish > ~/.config/fish/completions/xcon.fish',
  arguments: [{ name: '<shell>', description: 'the shell', choices: shells }],
  examples: [
    { text: 'Complete in this bash', command: 'eval "$(xcon completion bash)"' },
    { text: 'Complete in every fish', command: 'xcon completion fish > ~/.config/fish/completions/xcon.fish' },
  ],

  async run(context, [shell]) {
    const commands = completedCommands(await context.parser());
    return { result: (await scriptOf(shell as Shell))(commands) };
  },

  renderText: (script) => script,

  renderJson: (script) => ({ script }),
};

async function scriptOf(shell: Shell) {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash-completion')).bashCompletion;
    case 'zsh':
      return (await import('../completion/zsh-completion')).zshCompletion;
    case 'fish':
      return (await import('../completion/fish-completion')).fishCompletion;
  }
}
