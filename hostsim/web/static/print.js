// The page to print: draws its chart, and opens the browser's print dialog on the button.
// @ts-check
import { drawChart } from "./chart.js";

const place = /** @type {HTMLElement} */ (document.querySelector("#chart"));
const chart = JSON.parse(place.dataset.chart ?? "null");
if (chart) place.append(drawChart(chart));
document.querySelector("#print")?.addEventListener("click", () => window.print());
