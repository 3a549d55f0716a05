/** A progress indicator; screen readers announce the label. */
export function Spinner({ label = 'Loading' }: { readonly label?: string }) {
  return (
    <span className="spinner-place" role="status">
      <span className="spinner" />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
