import { type Prompts } from './host';

/** Asks at the terminal, on standard error, so that standard output has the answer of the command alone. */
export const terminalPrompts: Prompts = {
  async confirm(question, signal) {
    const { confirm } = await import('@clack/prompts');
    const answer = await confirm({ message: question, initialValue: false, output: process.stderr, signal });
    return answer === true;
  },

  async text(question, signal) {
    const { isCancel, text } = await import('@clack/prompts');
    const answer = await text({ message: question, output: process.stderr, signal });
    return isCancel(answer) ? undefined : answer;
  },

  async hidden(question, signal) {
    const { isCancel, password } = await import('@clack/prompts');
    const answer = await password({ message: question, output: process.stderr, signal });
    return isCancel(answer) ? undefined : answer;
  },
};
