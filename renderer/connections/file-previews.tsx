import type { FilePreview } from '../../shared/client.ts';
import { Callout } from '../components/callout.tsx';
import { Diff } from '../components/diff.tsx';
import { diffSize, unifiedDiff } from '../components/unified-diff.ts';

/** What would be done to each file, line by line, and why some are left alone. */
export function FilePreviews(props: {
  readonly files: readonly FilePreview[];
  readonly kind: 'protect' | 'restore';
}) {
  const { files, kind } = props;
  if (files.length === 0) {
    return (
      <p className="py-6 text-center text-muted">
        {kind === 'protect'
          ? 'There is nothing left to protect.'
          : 'Airlock has changed none of these files.'}
      </p>
    );
  }
  return (
    <ul className="flex flex-col gap-5" data-testid="preview-diff">
      {files.map((file) => (
        <li key={`${file.clientId} ${file.path}`}>
          <h3 className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-semibold">
              <bdi>{file.clientName}</bdi>
            </span>
            <bdi className="font-mono text-xs text-muted">{file.path}</bdi>
            <Size file={file} />
          </h3>
          {file.refused === undefined ? (
            <>
              <p className="mb-1.5 text-muted">
                <bdi>{file.entries.join(', ')}</bdi>
              </p>
              <Diff diff={file.diff} label={`Changes to ${file.path}`} />
            </>
          ) : (
            <div className="mt-1.5">
              <Callout tone="warn">
                <strong className="font-semibold">Left alone:</strong> <bdi>{file.refused}</bdi>
              </Callout>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Size({ file }: { readonly file: FilePreview }) {
  if (file.refused !== undefined) return null;
  const { added, removed } = diffSize(unifiedDiff(file.diff));
  return (
    <span className="ms-auto text-xs text-muted">
      {added} added, {removed} removed
    </span>
  );
}
