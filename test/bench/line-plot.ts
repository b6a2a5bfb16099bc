/** One line of a plot. */
export interface Line {
  name: string;
  points: readonly { x: number; y: number }[];
}

const WIDTH = 900;
const HEIGHT = 420;
const LEFT = 70;
const BOTTOM = 50;
const TOP = 30;
const COLOURS = ['#1f5fa8', '#b5472d', '#3f7d3a', '#7a4f9b'];

/** A plain line plot as an SVG text: axes with round figures, one colour per line, names in the legend. Pure. */
export function linePlot(title: string, labels: { x: string; y: string }, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const xMax = Math.max(1, ...all.map(({ x }) => x));
  const yMax = roundUp(Math.max(1, ...all.map(({ y }) => y)));
  const px = (x: number): number => LEFT + (x / xMax) * (WIDTH - LEFT - 20);
  const py = (y: number): number => HEIGHT - BOTTOM - (y / yMax) * (HEIGHT - BOTTOM - TOP);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = py(yMax * share).toFixed(1);
    return `<path d="M${LEFT} ${y}H${WIDTH - 20}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y}" text-anchor="end" dy="4">${Math.round(yMax * share)}</text>`;
  });
  const paths = lines.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const d = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`);
    const legend = `<text x="${LEFT + 10 + index * 200}" y="${HEIGHT - 8}" fill="${colour}">${escaped(name)}</text>`;
    return `<path d="${d.join('')}" fill="none" stroke="${colour}" stroke-width="1.5"/>${legend}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/><text x="${LEFT}" y="18" font-size="14">${escaped(title)}</text>`,
    ...grid,
    `<text x="${LEFT}" y="${HEIGHT - BOTTOM + 18}">0</text>`,
    `<text x="${WIDTH - 20}" y="${HEIGHT - BOTTOM + 18}" text-anchor="end">${Math.round(xMax)} ${escaped(labels.x)}</text>`,
    `<text x="8" y="${TOP}" >${escaped(labels.y)}</text>`,
    ...paths,
    '</svg>\n',
  ].join('\n');
}

function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
