import { chmod, copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { inRoot, run, runNode, runPackage, StepFailed, say } from './steps.mjs';

const sentinel = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'; // Node's own, see its documentation of SEA

/**
 * Makes the stdio bridge one executable that needs no Node on the machine: out/bridge/airlock-bridge, a Node single
 * executable application. A packaged app's clients start it; in a checkout they start the script under Node.
 * @returns {Promise<string>} the executable's path
 * @throws {StepFailed} when this Node cannot be the base of one
 */
export async function buildBridgeExecutable() {
  const script = inRoot('out', 'bridge', 'bridge.cjs');
  const blob = inRoot('out', 'bridge', 'bridge.blob');
  const config = inRoot('out', 'bridge', 'sea.json');
  const target = inRoot(
    'out',
    'bridge',
    process.platform === 'win32' ? 'airlock-bridge.exe' : 'airlock-bridge',
  );
  const fresh = `${target}.${process.pid}.tmp`;

  if (!(await readFile(process.execPath)).includes(sentinel)) {
    throw new StepFailed(
      `Bridge executable: ${process.execPath} cannot carry a program (it was built to share its library). Use a Node from nodejs.org.`,
    );
  }
  const options = { main: script, output: blob, disableExperimentalSEAWarning: true };
  try {
    await writeFile(config, JSON.stringify(options));
    const { code, errors } = await runNode(['--experimental-sea-config', config], { quiet: true });
    if (code !== 0)
      throw new StepFailed(`Bridge executable: node could not prepare it. ${errors.trim()}`);
    await copyFile(process.execPath, fresh);
    await chmod(fresh, 0o755);
    if (process.platform === 'darwin') await run('codesign', ['--remove-signature', fresh]);
    if (process.platform === 'linux')
      await run('strip', ['--strip-unneeded', fresh], { quiet: true });
    const place = ['NODE_SEA_BLOB', blob, '--sentinel-fuse', sentinel];
    const mac = ['--macho-segment-name', 'NODE_SEA'];
    const put = await runPackage('postject/dist/cli.js', [fresh, ...place, ...mac], {
      quiet: true,
    });
    if (put.code !== 0) throw new StepFailed(`Bridge executable: not made. ${put.errors.trim()}`);
    // An executable without any signature does not start on Apple silicon; the packager signs it for good.
    if (process.platform === 'darwin') await run('codesign', ['--sign', '-', fresh]);
    await rename(fresh, target);
  } finally {
    for (const file of [config, blob, fresh]) await rm(file, { force: true });
  }
  say('Bridge executable: made.');
  return target;
}
