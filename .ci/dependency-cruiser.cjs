'use strict';

const layers = require('./layers.cjs').map((layer) => Object.keys(layer));

const pathOf = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;
const files = layers.flat().filter((name) => name.includes('/'));

/** Matches the modules of some layers. */
const inLayers = (some) => {
  const names = some.flat();
  const others = files.filter((file) => !names.includes(file));
  return { path: pathOf(names), ...(others.length > 0 && { pathNot: pathOf(others) }) };
};

const layerRules = layers.slice(0, -1).map((names, index) => ({
  name: `layer-${names.join('-')}`,
  comment: `Imports point down the layers: ${layers.map((layer) => layer.join(' ')).join(' < ')}.`,
  severity: 'error',
  from: inLayers([names]),
  to: inLayers(layers.slice(index + 1)),
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'every-folder-has-a-layer',
      comment: 'Name the folder in the list of layers.',
      severity: 'error',
      from: { path: '^src/', pathNot: pathOf(layers.flat()) },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Modules that import each other cannot be understood, or loaded, one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'integrations-use-the-public-api',
      comment: 'What integrates the library with frameworks is built on xcon/core, as what users write.',
      severity: 'error',
      from: { path: '^src/(http|lambda|middy|nestjs|otel)/' },
      to: { path: '^src/', pathNot: '^src/((core|options)\\.ts$|lambda/invocation-settings\\.ts$|$1/)' },
    },
    {
      name: 'explanations-load-late',
      comment:
        'Explanations load with the first one that is asked for: import() them. Renderers are injected into their classes.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(explain/(explain|names|text|page|markup|notes)|declared/explain)\\.ts$' },
      to: {
        path: '^src/(explain/(explain|names|text|page|markup|notes)|declared/explain)\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it: remove it, or make it an entry.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(vitest|@jest/globals|aws-lambda)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Also what is imported for its types alone.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
