// Bars side by side as a drawing: a pair for each label, the marked ones pointed out; the numbers stand in the grid as well.
// @ts-check
/** @import {Chart} from "./types.d.ts" */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 96;
const BAR = 18;
const GAP = 20;
const TEXT = 28;

/** @param {string} name @param {Record<string, string | number>} attributes @param {Node[]} inside */
function draw(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...inside);
  return element;
}

/** @param {string} text @param {Record<string, string | number>} attributes */
const words = (text, attributes) => draw("text", attributes, document.createTextNode(text));

/** @param {string} text */
const title = (text) => draw("title", {}, document.createTextNode(text));

/** @param {Chart} chart */
export function drawChart(chart) {
  const highest = Math.max(1, ...chart.series.flatMap((series) => series.values.map(Number)));
  const group = Math.max(chart.series.length * BAR + GAP, 64);
  const width = Math.max(chart.labels.length * group + GAP, 280);
  const parts = chart.labels.flatMap((label, place) => {
    const left = GAP / 2 + place * group;
    const bars = chart.series.map((series, number) => {
      const tall = Math.max(1, Math.round((Math.max(0, Number(series.values[place])) / highest) * HEIGHT));
      const shape = { x: left + number * BAR, y: HEIGHT - tall + 14, width: BAR - 3, height: tall, class: `bar bar-${number}` };
      return draw("rect", shape, title(`${label} ${series.label} ${series.values[place]}`));
    });
    const mark = chart.marked[place] ? [words("≠", { x: left, y: 10, class: "mark" })] : [];
    return [...bars, ...mark, words(label, { x: left, y: HEIGHT + TEXT, class: "label" })];
  });
  const legend = chart.series.flatMap((series, number) => [
    draw("rect", { x: GAP / 2 + number * 120, y: HEIGHT + TEXT + 10, width: 10, height: 10, class: `bar bar-${number}` }),
    words(series.label, { x: GAP / 2 + number * 120 + 15, y: HEIGHT + TEXT + 19, class: "label" }),
  ]);
  const high = HEIGHT + TEXT + 26;
  const box = { viewBox: `0 0 ${width} ${high}`, width, height: high, role: "img", "aria-label": chart.title, class: "chart" };
  return draw("svg", box, ...parts, ...legend);
}
