import { useId } from 'react';

/** A few choices side by side, of which exactly one holds. */
export function Choice<T extends string>(props: {
  /** What is chosen, for those who hear it. */
  readonly legend: string;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex overflow-hidden rounded-control border border-control">
      <legend className="sr-only">{props.legend}</legend>
      {props.options.map(([value, label]) => (
        <label
          key={value}
          className="relative flex h-7 cursor-default items-center border-control px-3 not-first-of-type:border-s hover:bg-hover has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
            className="absolute inset-0 opacity-0"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
