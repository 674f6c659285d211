/** Eight bars of ink from the address: told apart at a glance, drawn without a picture font. */
export function BlankAvatar({ address, size }: { address: string; size: number }) {
  const bars = Array.from({ length: 8 }, (_, index) =>
    Number.parseInt(address.slice(2 + index * 2, 4 + index * 2), 16),
  );
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" fill="var(--color-sunk)" />
      {bars.map((value, index) => {
        const height = 8 + (value / 255) * 44;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: eight bars in a fixed order
            key={index}
            x={6 + index * 6.8}
            y={32 - height / 2}
            width="4"
            height={height}
            fill="var(--color-engrave)"
          />
        );
      })}
    </svg>
  );
}
