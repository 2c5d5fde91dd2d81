import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';

const shapes = {
  dialog: 'm-auto w-[480px] max-h-[85vh] rounded-panel',
  wide: 'm-auto w-[820px] max-h-[85vh] rounded-panel',
  drawer: 'ms-auto me-0 my-0 w-[480px] h-full max-h-full border-y-0 border-e-0',
} as const;

/** What a modal shows and how it goes away. */
export interface ModalProps {
  readonly title: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly shape?: keyof typeof shapes;
}

/**
 * A modal on the browser's own dialog, which keeps the focus inside, makes the rest inert and gives the focus back.
 * Libraries that lock scrolling put style elements into the page, which our content security policy refuses.
 * The element marked `data-first` gets the focus at first, else the close button does.
 */
export function Modal({ title, onClose, children, actions, shape = 'dialog' }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    element.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={`max-w-[calc(100vw-2rem)] flex-col overflow-hidden border border-line bg-surface text-ink shadow-raised open:flex ${shapes[shape]}`}
      onCancel={(event) => {
        // React owns whether it is there; Escape only asks.
        event.preventDefault();
        onClose();
      }}
    >
      <div className="flex items-start gap-3 border-b border-line py-3 ps-5 pe-3">
        <h2 id={titleId} className="min-w-0 flex-1 text-[15px] leading-7 font-semibold">
          {title}
        </h2>
        <Button look="quiet" icon={X} aria-label="Close" onClick={onClose} />
      </div>
      <section
        className="min-h-0 flex-1 overflow-auto px-5 py-4"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys scroll it
        tabIndex={0}
        aria-labelledby={titleId}
      >
        {children}
      </section>
      {actions ? (
        <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
          {actions}
        </div>
      ) : null}
    </dialog>
  );
}
