import { useState } from 'react';
import type { HeldTool } from '../../shared/server.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Code } from '../components/facts.tsx';
import { Modal } from '../components/modal.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';

/** The second confirmation: exactly the definition with this hash is accepted, and nothing that comes after it. */
export function AcceptDialog(props: { readonly held: HeldTool; readonly onClose: () => void }) {
  const { held, onClose } = props;
  const { api } = useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const grave = held.findings.filter((finding) => finding.severity === 'high').length;
  const accept = () => {
    setBusy(true);
    const failed = (message: string) => {
      setBusy(false);
      setProblem(message);
    };
    api
      .acceptTool({ serverId: held.serverId, tool: held.tool, heldHash: held.heldHash })
      .then((result) => (result.ok ? onClose() : failed(result.problem.message)))
      .catch((error: unknown) => failed(sentence(error)));
  };
  return (
    <Modal
      title={
        <>
          Accept <bdi className="font-mono">{held.tool}</bdi>?
        </>
      }
      onClose={onClose}
      actions={
        <>
          <Button data-first onClick={onClose}>
            Keep it held
          </Button>
          <Button
            look={grave > 0 ? 'danger' : 'primary'}
            disabled={busy}
            data-testid="confirm-accept"
            onClick={accept}
          >
            Accept this definition
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p>
          Agents may see and call it again, under the rules. Any later change of its definition
          holds it anew, and grants given for the old one no longer count.
        </p>
        {grave > 0 ? (
          <Callout tone="danger">
            {count(grave, 'serious finding')} in this definition. Accept it only if you know why{' '}
            {grave === 1 ? 'it is' : 'they are'} there.
          </Callout>
        ) : null}
        <p>
          <span className="block text-muted">Definition hash</span>
          <Code>{held.heldHash}</Code>
        </p>
        {problem === '' ? null : (
          <Callout tone="danger" alert>
            {problem}
          </Callout>
        )}
      </div>
    </Modal>
  );
}
