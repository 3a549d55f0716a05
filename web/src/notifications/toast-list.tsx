import { CloseIcon } from '../ui/icons.js';
import { useValue } from '../state/client-context.js';
import { allToasts, dismissToast } from './toasts.js';

/** Shows all toasts, and announces them to screen readers. */
export function ToastList() {
  const toasts = useValue(allToasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, kind }) => (
        <div key={id} className={`toast toast-${kind}`}>
          <span>{text}</span>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismissToast(id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
