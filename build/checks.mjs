import { runPackage } from './steps.mjs';

/** @typedef {import('./steps.mjs').RunOptions} RunOptions */

/** Type-checks every environment by its own rules. @param {RunOptions} [options] */
export const types = (options) => runPackage('typescript/bin/tsc', ['-b'], options);

/** Lints, and checks formatting and import order. @param {RunOptions} [options] */
export const lint = (options) =>
  runPackage('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'], options);

/** Runs the tests that need no Electron. @param {readonly string[]} args @param {RunOptions} [options] */
export const unit = (args = [], options = {}) =>
  runPackage('vitest/vitest.mjs', ['run', ...args], options);

/** Runs the tests that start the app. @param {RunOptions} [options] */
export const endToEnd = (options) =>
  runPackage('@playwright/test/cli.js', ['test', '--pass-with-no-tests'], options);
