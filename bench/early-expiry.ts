// Draws docs/images/early-expiry.svg from the functions that decide when a row is refreshed early.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { earlyWindow, isEarly } from '../src/cache/expiry';

const cacheTtlSeconds = 12 * 3600;
const ttl = cacheTtlSeconds;
const windowSeconds = earlyWindow(ttl, 0, cacheTtlSeconds);
const draws = 1000;
const plot = { left: 64, top: 48, width: 600, height: 240 } as const;
const shownSeconds = windowSeconds * 1.25;

/** Share of the draws that call a row early, so many seconds before its end. */
function shareEarly(secondsBeforeEnd: number): number {
  const nowMs = (ttl - secondsBeforeEnd) * 1000;
  let early = 0;
  for (let i = 0; i < draws; i += 1) if (isEarly(ttl, windowSeconds, (i + 0.5) / draws, nowMs)) early += 1;
  return early / draws;
}

/** Likelihood that no process of a fleet has refreshed yet, so many seconds before the end. */
function stillOld(startsPerSecond: number): (secondsBeforeEnd: number) => number {
  const step = 10;
  return (secondsBeforeEnd) => {
    let exponent = 0;
    for (let t = shownSeconds; t > secondsBeforeEnd; t -= step) exponent += shareEarly(t) * startsPerSecond * step;
    return Math.exp(-exponent);
  };
}

function path(share: (secondsBeforeEnd: number) => number): string {
  const points: string[] = [];
  for (let i = 0; i <= 150; i += 1) {
    const seconds = shownSeconds * (1 - i / 150);
    const x = plot.left + (i / 150) * plot.width;
    const y = plot.top + (1 - share(seconds)) * plot.height;
    points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return `M${points.join(' L')}`;
}

function x(secondsBeforeEnd: number): number {
  return plot.left + (1 - secondsBeforeEnd / shownSeconds) * plot.width;
}

const curves = [
  { name: 'one start finds the row due', share: shareEarly, style: 'a', at: [x(3900), plot.top + 164] },
  { name: 'not refreshed yet, 1 start a minute', share: stillOld(1 / 60), style: 'b', at: [x(3900), plot.top + 186] },
  { name: 'not refreshed yet, 1 start a second', share: stillOld(1), style: 'c', at: [x(3900), plot.top + 208] },
] as const;
const hours = [2.5, 2, 1.5, 1, 0.5, 0];
const bottom = plot.top + plot.height;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 340" width="720" height="340" role="img" aria-label="Early expiry of a cached row">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    path, line { fill: none; stroke: #8c959f; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    .a { stroke: #2f6feb; stroke-width: 2; } .b { stroke: #bf8700; stroke-width: 2; } .c { stroke: #1a7f37; stroke-width: 2; }
    text.a { fill: #2f6feb; stroke: none; } text.b { fill: #9a6700; stroke: none; } text.c { fill: #1a7f37; stroke: none; }
    @media (prefers-color-scheme: dark) {
      text { fill: #d0d7de; }
      .page { fill: #0d1117; stroke: #3d444d; }
      .a { stroke: #58a6ff; } .b { stroke: #d29922; } .c { stroke: #3fb950; }
      text.a { fill: #58a6ff; } text.b { fill: #d29922; } text.c { fill: #3fb950; }
    }
  </style>
  <rect class="page" x="0.5" y="0.5" width="719" height="339" rx="8"/>
  <text x="24" y="26" style="font-weight: 600">Early expiry of a row that lives 12 hours</text>
  <line x1="${plot.left}" y1="${bottom}" x2="${plot.left + plot.width}" y2="${bottom}"/>
  <line x1="${plot.left}" y1="${plot.top}" x2="${plot.left}" y2="${bottom}"/>
  ${[0, 0.5, 1].map((share) => `<text x="${plot.left - 8}" y="${plot.top + (1 - share) * plot.height + 4}" text-anchor="end">${share * 100} %</text>`).join('\n  ')}
  ${hours.map((hour) => `<text x="${x(hour * 3600).toFixed(1)}" y="${bottom + 20}" text-anchor="middle">${hour === 0 ? 'end' : `${hour} h`}</text>`).join('\n  ')}
  <text x="${plot.left + plot.width / 2}" y="${bottom + 42}" text-anchor="middle">time before the end of the row</text>
  ${curves.map(({ share, style }) => `<path class="${style}" d="${path(share)}"/>`).join('\n  ')}
  ${curves.map(({ name, style, at }) => `<text class="${style}" x="${at[0].toFixed(1)}" y="${at[1]}">${name}</text>`).join('\n  ')}
</svg>
`;
writeFileSync(join(process.cwd(), 'docs/images/early-expiry.svg'), svg);
