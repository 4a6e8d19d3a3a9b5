// How temperature and top_p change the distribution at the chosen token: a curve for each of the likeliest.

import { bar, element, slider, visible } from "./element.js";
import { nucleus, tempered } from "./sampling.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 160;
const HOTTEST = 2;
const STEPS = 80;
const LINES = 5;

export class Curves {
  element;
  #temperature;
  #topP;
  #chart = document.createElementNS(SVG, "svg");
  #bars = element("ol", { className: "bars" });
  #chosen;

  constructor() {
    this.#temperature = slider("Temperature", { min: 0, max: HOTTEST, step: 0.05, value: 1 }, () =>
      this.#draw(),
    );
    this.#topP = slider("Top p", { min: 0.05, max: 1, step: 0.05, value: 1 }, () => this.#draw());
    this.#chart.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.#chart.setAttribute("role", "img");
    this.#chart.setAttribute(
      "aria-label",
      "Each token’s share from temperature 0 to 2; the numbers at the chosen temperature are in the list below.",
    );
    this.#chart.classList.add("curves");
    this.element = element(
      "div",
      {},
      element("div", { className: "play-row" }, this.#temperature.row, this.#topP.row),
      element(
        "figure",
        { className: "chart" },
        this.#chart,
        element("figcaption", {}, "share by temperature, 0 to 2"),
      ),
      this.#bars,
    );
  }

  show(chosen) {
    this.#chosen = chosen;
    this.#draw();
  }

  #draw() {
    if (!this.#chosen) return;
    const { tokens, at } = this.#chosen;
    const { top } = tokens[at];
    const logits = top.map(({ logprob }) => logprob);
    const shares = (temperature) => nucleus(tempered(logits, temperature), this.#topP.value);
    const temperature = this.#temperature.value;
    const x = (value) => (value / HOTTEST) * WIDTH;
    const y = (share) => HEIGHT - share * (HEIGHT - 4) - 2;

    const paths = top.slice(0, LINES).map(() => "");
    for (let step = 0; step <= STEPS; step += 1) {
      const value = (step / STEPS) * HOTTEST;
      const now = shares(value);
      for (const j of paths.keys())
        paths[j] += `${step === 0 ? "M" : "L"}${x(value).toFixed(1)} ${y(now[j]).toFixed(1)}`;
    }
    this.#chart.replaceChildren(
      line({ d: `M${x(temperature)} 0V${HEIGHT}`, class: "curve-now" }),
      ...paths.map((d, j) => line({ d, class: `curve curve-${j}` })),
    );
    const chosen = shares(temperature);
    this.#bars.replaceChildren(
      ...top.slice(0, LINES).map(({ token }, j) => {
        const row = bar({ token, probability: chosen[j], note: chosen[j] === 0 ? "left out" : "" });
        row.classList.add(`curve-${j}`);
        row.title = visible(token);
        return row;
      }),
    );
  }
}

function line(attributes) {
  const path = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
  return path;
}
