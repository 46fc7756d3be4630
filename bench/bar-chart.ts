/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Behind the value, in brackets; empty for none. */
  readonly note: string;
  /** Drawn in grey: not ours. */
  readonly muted?: boolean;
}

/** What a bar chart shows. */
export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const rowHeight = 26;
/** Room at the left for labels in wide fonts. */
const margin = 40;
const labelWidth = 270;
const barWidth = 310;

/** Draws horizontal bars as SVG that reads on light and dark pages. */
export function barChart({ title, bars }: BarChart): string {
  const greatest = Math.max(...bars.map(({ value }) => value));
  const height = 44 + bars.length * rowHeight + 10;
  const rows = bars.map(({ label, value, note, muted = false }, index) => {
    const y = 44 + index * rowHeight;
    const width = Math.max(1, (value / greatest) * barWidth);
    const text = `${Math.round(value).toLocaleString('en')}${note === '' ? '' : ` (${note})`}`;
    return [
      `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${label}</text>`,
      `<rect${muted ? ' class="muted"' : ''} x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="18" rx="3"/>`,
      `<text x="${labelWidth + width + 6}" y="${y + 14}">${text}</text>`,
    ].join('\n  ');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} 0 ${720 + margin} ${height}" width="${720 + margin}" height="${height}" role="img" aria-label="${title}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    rect { fill: #2f6feb; }
    .muted { fill: #8c959f; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    @media (prefers-color-scheme: dark) { text { fill: #d0d7de; } rect { fill: #58a6ff; } .muted { fill: #6e7681; } .page { fill: #0d1117; stroke: #3d444d; } }
  </style>
  <rect class="page" x="${0.5 - margin}" y="0.5" width="${719 + margin}" height="${height - 1}" rx="8"/>
  <text x="8" y="24" style="font-weight: 600">${title}</text>
  ${rows.join('\n  ')}
</svg>
`;
}
