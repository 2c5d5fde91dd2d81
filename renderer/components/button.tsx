import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';

type Look = 'plain' | 'primary' | 'danger' | 'quiet' | 'link';

const looks: Readonly<Record<Look, string>> = {
  plain: 'border border-button bg-surface text-ink enabled:hover:bg-hover px-3 h-7.5',
  primary:
    'border border-transparent bg-accent-fill text-on-fill enabled:hover:bg-accent-fill-hover font-medium px-3 h-7.5',
  danger:
    'border border-transparent bg-danger-fill text-on-fill enabled:hover:bg-danger-fill-hover font-medium px-3 h-7.5',
  quiet: 'border border-transparent text-ink enabled:hover:bg-hover px-2 h-7.5',
  link: 'text-accent enabled:hover:underline',
};

/** A button of the dashboard; its children are its accessible name. */
export function Button(
  props: ComponentProps<'button'> & {
    readonly look?: Look;
    readonly icon?: LucideIcon;
  },
) {
  const { look = 'plain', icon: Icon, children, className = '', ...rest } = props;
  return (
    <button
      type="button"
      className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control whitespace-nowrap disabled:opacity-50 ${looks[look]} ${className}`}
      {...rest}
    >
      {Icon ? <Icon size={14} aria-hidden="true" /> : null}
      {children}
    </button>
  );
}
