/** The product's sign: a finger's one press. */
export function BrandMark() {
  return (
    <svg width="30" height="30" viewBox="0 0 32 32" role="img" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--primary)" />
      <circle cx="16" cy="16" r="8.5" fill="none" stroke="var(--primary-ink)" strokeWidth="2.4" />
      <path d="M10.5 16h11" stroke="var(--primary-ink)" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}
