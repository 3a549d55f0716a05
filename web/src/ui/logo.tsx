/** The GoChat logo. */
export function Logo() {
  return <img className="logo" src="/favicon.svg" alt="" width={56} height={56} />;
}
