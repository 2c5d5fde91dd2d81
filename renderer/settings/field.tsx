import { Lock } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { SettingHold } from '../../shared/managed-status.ts';
import { Toned } from '../components/tone.tsx';
import type { Check } from './validation.ts';

/** A group of settings under one heading. */
export function Group(props: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="rounded-panel border border-line bg-surface">
      <h2 id={id} className="border-b border-line px-4 py-2.5 font-semibold">
        {props.title}
      </h2>
      <div className="flex flex-col divide-y divide-line">{props.children}</div>
    </section>
  );
}

/** One setting: its name and what it does on the left, its control on the right, what is wrong below that. */
export function Setting(props: {
  readonly name: ReactNode;
  readonly about?: ReactNode;
  readonly children?: ReactNode;
  /** Set where the organisation has a say in it. */
  readonly hold?: SettingHold | undefined;
}) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,300px)] items-start gap-6 px-4 py-3">
      <div className="min-w-0">
        <div className="font-medium">{props.name}</div>
        {props.about ? <div className="text-muted">{props.about}</div> : null}
      </div>
      <div className="min-w-0">
        {props.children}
        <Held hold={props.hold} />
      </div>
    </div>
  );
}

/** Why a setting cannot be changed, or not in every direction; nothing where it is free. */
function Held({ hold }: { readonly hold: SettingHold | undefined }) {
  if (hold === undefined || hold.hold === 'free') return null;
  return (
    <p className="mt-1 flex items-start gap-1.5 text-xs text-muted">
      <Lock size={12} className="mt-0.5 shrink-0" aria-hidden="true" />
      <bdi>{hold.sentence}</bdi>
    </p>
  );
}

/** What a typed setting needs. */
export interface TextSettingProps {
  readonly name: string;
  readonly about: string;
  readonly value: string;
  readonly check: Check;
  /** Resolves to what is wrong, empty where it was saved. */
  readonly save: (text: string) => Promise<string>;
  readonly unit?: string;
  readonly numeric?: boolean;
  readonly placeholder?: string;
  readonly hold?: SettingHold | undefined;
}

/** A typed setting, saved on Enter and when the field is left; a wrong one stays in the field with the reason beside it. */
export function TextSetting(props: TextSettingProps) {
  const { name, about, value, check, save, unit, numeric = false, placeholder, hold } = props;
  const [draft, setDraft] = useState<string>();
  const [problem, setProblem] = useState('');
  const [saved, setSaved] = useState(false);
  const fieldId = useId();
  const noteId = useId();

  const commit = () => {
    const text = draft?.trim();
    if (text === undefined || text === value) {
      setDraft(undefined);
      setProblem('');
      return;
    }
    const wrong = check(text);
    setProblem(wrong);
    if (wrong !== '') return;
    void save(text).then((refused) => {
      setProblem(refused);
      setSaved(refused === '');
      if (refused === '') setDraft(undefined);
    });
  };

  return (
    <Setting name={<label htmlFor={fieldId}>{name}</label>} about={about} hold={hold}>
      <div className="flex items-center gap-2">
        <input
          id={fieldId}
          value={draft ?? value}
          inputMode={numeric ? 'numeric' : 'text'}
          placeholder={placeholder}
          disabled={hold?.hold === 'locked'}
          spellCheck={false}
          aria-invalid={problem !== ''}
          aria-describedby={noteId}
          onChange={(event) => {
            setDraft(event.target.value);
            setProblem('');
            setSaved(false);
          }}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
            if (event.key === 'Escape') {
              setDraft(undefined);
              setProblem('');
            }
          }}
          className={`h-7.5 rounded-control border bg-surface px-2.5 placeholder:text-muted disabled:bg-inset disabled:text-muted ${numeric ? 'w-20' : 'w-full'} ${problem === '' ? 'border-control' : 'border-danger'}`}
        />
        {unit ? <span className="text-muted">{unit}</span> : null}
      </div>
      <div id={noteId} role="status" className="mt-1 empty:hidden">
        {problem === '' ? null : <p className="text-danger">{problem}</p>}
        {saved && problem === '' ? <Toned tone="ok">Saved</Toned> : null}
      </div>
    </Setting>
  );
}

/** A choice among few, shown as radio buttons. */
export function ChoiceSetting<T extends string>(props: {
  readonly name: string;
  readonly about: ReactNode;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChoose: (value: T) => void;
  readonly problem?: string;
  readonly hold?: SettingHold | undefined;
  /** Where it is floored: whether an option is looser than the floor. */
  readonly tooLoose?: (option: T) => boolean;
}) {
  const { name, about, value, options, onChoose, problem = '', hold, tooLoose } = props;
  const barred = (option: T): boolean =>
    hold?.hold === 'locked' || (hold?.hold === 'floored' && tooLoose?.(option) === true);
  const group = useId();
  return (
    <Setting name={name} about={about} hold={hold}>
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">{name}</legend>
        {options.map(([option, label]) => (
          <label
            key={option}
            className={`flex items-center gap-2 ${barred(option) ? 'text-muted' : ''}`}
          >
            <input
              type="radio"
              name={group}
              checked={value === option}
              disabled={barred(option)}
              onChange={() => onChoose(option)}
              className="accent-accent"
            />
            {label}
          </label>
        ))}
      </fieldset>
      {problem === '' ? null : (
        <p role="alert" className="mt-1 text-danger">
          {problem}
        </p>
      )}
    </Setting>
  );
}
