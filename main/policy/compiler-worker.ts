import { parentPort, workerData } from 'node:worker_threads';
import { type CompilerTask, compilerAnswers } from './rule-compiler.ts';

/** The script of the thread that compiles one set of managed rules, hands it over piece by piece. */
function serve(task: CompilerTask): void {
  const port = parentPort;
  if (port === null) throw new Error('Rules are compiled in a thread of their own.');
  const answers = compilerAnswers(task);
  const next = () => {
    const { value } = answers.next();
    if (value !== undefined) port.postMessage(value);
  };
  port.on('message', next);
  next();
}

serve(workerData as CompilerTask);
