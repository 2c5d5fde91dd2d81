import { bundle, partNames } from './bundle.mjs';
import { StepFailed, script } from './steps.mjs';

// node build/build.mjs [app] [bridge] [cli]: makes what is named, or everything, where it is not current.
await script(async () => {
  const named = process.argv.slice(2).map((name) => {
    const part = partNames.find((known) => known === name);
    if (part === undefined)
      throw new StepFailed(`There is no part ${name}: ${partNames.join(', ')}.`);
    return part;
  });
  await bundle(named.length > 0 ? named : partNames);
});
