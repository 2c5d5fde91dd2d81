import { childProcess } from '../storage/child.ts';
import { reportOn } from './sealed-trail.ts';
import { aTrail, walk } from './trail-support.ts';

/**
 * Kills a process that writes calls as fast as it can, once `after` of them were acknowledged, and looks at what it
 * left: every acknowledged entry is there, the chain is whole, and every call has its end. Returns how many were
 * acknowledged.
 */
export async function killWhileWriting(
  path: string,
  name: string,
  after: number,
  how: 'forever' | 'journal' = 'forever',
): Promise<number> {
  const child = childProcess('audit/trail-writer.ts', path, how, name);
  await child.received(after);
  await child.kill();
  const acknowledged = child.inbox.filter(isAcknowledgement);

  const trail = aTrail(path);
  const entries = walk(trail);
  trail.close();
  const { ok, problems } = await reportOn(path);
  if (!ok) throw new Error(problems[0]?.message);
  for (const { id, sequence } of acknowledged) {
    if (sequence !== undefined && entries[sequence - 1]?.callId !== id)
      throw new Error(`${id} was acknowledged and is lost.`);
  }
  const open = new Set<string>();
  const ever = new Set<string>();
  for (const { kind, callId } of entries) {
    if (kind === 'call.opened') {
      if (ever.has(callId)) throw new Error(`${callId} was opened twice.`);
      ever.add(callId);
      open.add(callId);
    }
    if (kind === 'call.closed') open.delete(callId);
  }
  for (const { id } of acknowledged) {
    if (!ever.has(id)) throw new Error(`${id} was acknowledged and is lost.`);
  }
  if (open.size > 0) throw new Error(`${[...open].join(', ')} never ended.`);
  return acknowledged.length;
}

const isAcknowledgement = (message: unknown): message is { id: string; sequence?: number } =>
  typeof message === 'object' && message !== null && 'id' in message;
