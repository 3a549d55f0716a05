import type { ReactNode } from 'react';

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onValue: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: string; readonly icon?: ReactNode }[];
}

/** A choice of a few options: radio buttons styled as tabs. */
export function Tabs<T extends string>({ label, value, onValue, options }: TabsProps<T>) {
  return (
    <fieldset className="tabs">
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="tab" data-chosen={option.value === value}>
          <input
            type="radio"
            className="visually-hidden"
            name={label}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
          />
          {option.icon}
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
