import type { ReactNode } from 'react';

import { Logo } from '../ui/logo.js';

/** The card around every screen outside the chat. */
export function AuthCard({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="auth">
      <div className="auth-card">
        <Logo />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
