import { Search } from 'lucide-react';

/** A field to search with; its label is for those who hear it, the placeholder says what is looked at. */
export function SearchField(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="relative min-w-48 flex-1">
      <span className="sr-only">{props.label}</span>
      <Search size={14} aria-hidden="true" className="absolute start-2.5 top-2 text-muted" />
      <input
        type="search"
        value={props.value}
        maxLength={200}
        onChange={(event) => props.onChange(event.target.value)}
        placeholder={props.placeholder}
        className="h-7.5 w-full rounded-control border border-control bg-surface ps-8 pe-2 placeholder:text-muted"
      />
    </label>
  );
}
