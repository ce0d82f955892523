interface Props {
  readonly label: string;
  readonly value: string;
  /** Value and label. */
  readonly choices: readonly (readonly [string, string])[];
  readonly choose: (value: string) => void;
}

/** One of some choices. */
export function Choose({ label, value, choices, choose }: Props) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {choices.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
