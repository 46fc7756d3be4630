import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const file = join(__dirname, 'in-an-editor.ts');
const text = `import { config, defineSettings, secret, setting } from '../../src/index';
import { z } from 'zod';

const declared = defineSettings({
  port: setting('PORT', z.coerce.number()),
  db: { host: setting('DB_HOST', z.string()), password: secret('DB_PASSWORD') },
});

export async function start(): Promise<void> {
  const settings = await declared.load();
  const snapshot = await config.load(['A', 'B']);
  console.log(settings, snapshot);
}
export const tls = setting('TLS', z.string(), { sources: [''] });
`;

/** What an editor shows of a file that uses the library. */
function openInEditor(): ts.LanguageService {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const contentOf = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const content = contentOf(path);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (each) => ts.getDefaultLibFilePath(each),
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: contentOf,
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  });
}

describe('an editor', () => {
  const editor = openInEditor();
  const hover = (words: string): string => {
    const info = editor.getQuickInfoAtPosition(file, text.indexOf(words) + words.lastIndexOf(' ') + 1);
    return ts.displayPartsToString(info?.displayParts).replaceAll(/\s+/g, ' ');
  };

  it('shows the types of the values of declared settings, deeply read-only', () => {
    expect(editor.getSemanticDiagnostics(file)).toEqual([]);
    expect(hover('const settings')).toBe(
      'const settings: { readonly port: number; readonly db: { readonly host: string; readonly password: Secret<string>; }; }',
    );
  });

  it('shows the names of a snapshot', () => {
    expect(hover('const snapshot')).toBe('const snapshot: ConfigSnapshot<"A" | "B">');
  });

  it('completes the names of sources', () => {
    const completions = editor.getCompletionsAtPosition(file, text.indexOf("['']") + 2, {});

    expect(completions?.entries.map(({ name }) => name)).toEqual(['env', 'ssm', 'secrets', 'dynamo']);
  });
});
