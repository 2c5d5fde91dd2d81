/** Long enough for a crowded machine; a state that does not come costs this only where a test fails anyway. */
export const patienceMs = 45_000;

/** Waits until `holds`, with pauses that leave the machine to the processes that must act. */
export async function until(holds: () => boolean, what = 'the expected state'): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let pause = 1; !holds(); pause = Math.min(pause * 2, 16)) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
