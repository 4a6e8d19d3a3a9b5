// A strip that shows how the answer really came: a dotted line for the wait, then one stroke for each
// read, placed by its time. A stream that is buffered somewhere shows as one tall stroke at the end.

const WIDTH = 160;
const HEIGHT = 24;
const BASE = HEIGHT - 1;
const PITCH = 3.2; // strokes closer than this are summed, so the path stays short on long answers

export class Trace {
  #wait;
  #reads;

  constructor(svg) {
    this.#wait = svg.querySelector(".trace-wait");
    this.#reads = svg.querySelector(".trace-reads");
  }

  show(timing) {
    const scale = WIDTH / Math.max(timing.elapsed, 1);
    const first = (timing.firstToken ?? timing.elapsed) * scale;
    this.#wait.setAttribute("d", `M0 ${BASE}H${first.toFixed(1)}`);

    const columns = new Float64Array(Math.round(WIDTH / PITCH));
    for (const { at, size } of timing.reads) {
      columns[Math.min(columns.length - 1, Math.floor((at * scale) / PITCH))] += size;
    }
    const top = Math.max(...columns);
    let path = timing.reads.length ? `M${first.toFixed(1)} ${BASE}H${WIDTH}` : "";
    columns.forEach((size, column) => {
      if (size === 0) return;
      const height = 3 + (size / top) * (HEIGHT - 5);
      path += `M${((column + 0.5) * PITCH).toFixed(1)} ${BASE}v${(-height).toFixed(1)}`;
    });
    this.#reads.setAttribute("d", path);
  }
}
