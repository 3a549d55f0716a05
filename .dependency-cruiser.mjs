import { clientRules } from './scripts/dependency-rules/client.mjs';
import { featureRules } from './scripts/dependency-rules/features.mjs';
import { generalRules } from './scripts/dependency-rules/general.mjs';
import { layerRules } from './scripts/dependency-rules/layers.mjs';
import { libraryRules } from './scripts/dependency-rules/libraries.mjs';
import { webRules } from './scripts/dependency-rules/web.mjs';

/** The architecture as import rules. ARCHITECTURE.md draws it; `npm run arch` checks it. */
export default {
  forbidden: [...generalRules, ...featureRules, ...layerRules, ...libraryRules, ...clientRules, ...webRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports are dependencies too, although they vanish in the output.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
