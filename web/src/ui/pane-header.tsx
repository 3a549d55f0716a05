import type { ReactNode } from 'react';

import { goBack } from '../navigation/router.js';
import type { Route } from '../model/route.js';
import { BackIcon } from './icons.js';

export interface PaneHeaderProps {
  /** Target of the back button if the page was opened at the current route. */
  readonly parent: Route;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Header of a pane. Only phones show the back button, because larger screens show the inbox beside the pane. */
export function PaneHeader({ parent, children, actions }: PaneHeaderProps) {
  return (
    <header className="pane-header">
      <button type="button" className="icon-button back-button" aria-label="Back" onClick={() => goBack(parent)}>
        <BackIcon size={24} />
      </button>
      <div className="pane-title">{children}</div>
      {actions !== undefined && <div className="pane-actions">{actions}</div>}
    </header>
  );
}
