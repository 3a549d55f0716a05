/** Something is on its way. */
export function Spinner({ label = 'Loading' }: { readonly label?: string }) {
  return (
    <span className="spinner-place" role="status">
      <span className="spinner" />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
