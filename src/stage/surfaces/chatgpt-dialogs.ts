// Dialogs and notices that the scenes of chatgpt put over its pages, as the site's own marks show them.

/** Asks to sign in, and may be declined. */
export const LOGIN_MODAL = `<div id="modal-no-auth-login" data-testid="modal-no-auth-login" role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;padding:4rem"><h2>Welcome back</h2><p>Log in or sign up to get smarter responses.</p><button type="button">Log in</button><a href="#" data-testid="dismiss-welcome">Stay logged out</a></div>`;
/** The European cookie question. */
export const COOKIE_DIALOG = `<div role="dialog" id="stage-cookies" style="position:fixed;inset:0;background:#fff;padding:4rem"><h2>We use cookies</h2><p>We use cookies and similar technologies.</p><button type="button" data-testid="reject-non-essential">Reject non-essential</button><button type="button">Accept all</button></div>`;
/** A notice that takes the place of an answer. */
export const ALERT = (text: string): string =>
  `<div role="alert"><p>${text}</p><button type="button">Try again</button></div>`;
/** The end of anonymous use for today. */
export const LIMIT_DIALOG = `<dialog id="no-auth-soft-rate-limit-dialog" open style="position:fixed;inset:0"><h2>You’ve reached our limit of messages</h2><p>Log in to continue, or try again later.</p></dialog>`;
