import { join } from 'node:path';
import ts from 'typescript';
import { type Block, root } from './documents';

/**
 * Type-checks blocks as if each were a module of the project, `xcon` being the sources.
 *
 * @returns What the compiler says, by the place of the block.
 */
export function typeErrors(blocks: readonly Block[]): ReadonlyMap<string, readonly string[]> {
  const files = new Map(blocks.map((block, index) => [join(root, 'test/docs', `block-${index}.ts`), block]));
  const options = compilerOptions();
  const onDisk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...onDisk,
    fileExists: (name) => files.has(name) || onDisk.fileExists(name),
    readFile: (name) => files.get(name)?.code ?? onDisk.readFile(name),
    getSourceFile: (name, version, ...others) => {
      const block = files.get(name);
      if (block === undefined) return onDisk.getSourceFile(name, version, ...others);
      return ts.createSourceFile(name, block.code, version);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return new Map([...files].map(([name, { place }]) => [place, errorsOf(program, name)]));
}

function errorsOf(program: ts.Program, name: string): readonly string[] {
  const file = program.getSourceFile(name);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText, start }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `line ${line} of the block: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    },
  );
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: { include: string[] } };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  // An example may declare what its text goes on to use.
  return { ...options, noUnusedLocals: false };
}
