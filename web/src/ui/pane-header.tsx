import type { ReactNode } from 'react';

import { goBack } from '../navigation/router.js';
import type { Route } from '../model/route.js';
import { BackIcon } from './icons.js';

export interface PaneHeaderProps {
  /** Where the way back leads when one came straight here. */
  readonly above: Route;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of what is open. Phones have a way back to the inbox; beside the inbox nobody needs one. */
export function PaneHeader({ above, children, actions }: PaneHeaderProps) {
  return (
    <header className="pane-header">
      <button type="button" className="icon-button back-button" aria-label="Back" onClick={() => goBack(above)}>
        <BackIcon size={24} />
      </button>
      <div className="pane-title">{children}</div>
      {actions !== undefined && <div className="pane-actions">{actions}</div>}
    </header>
  );
}
