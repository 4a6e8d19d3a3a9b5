// The playground: what the documents describe, tried on the model that is chosen in the chat. Loaded when it is
// first shown.

import { offers } from "../session.js";
import { Cuts } from "./cuts.js";
import { Curves } from "./curves.js";
import { element } from "./element.js";
import { Penalties } from "./penalties.js";
import { Pieces } from "./pieces.js";
import { Purse } from "./purse.js";
import { Seeds } from "./seeds.js";
import { Specimen } from "./specimen.js";
import "./playground.css";

/** @param tools `model()` gives the id of the model that is chosen, once `ready` has resolved */
export async function startPlayground(main, { client, budget, model, ready }) {
  const purse = new Purse(budget);
  // One after the other: a fault that is ordered for one must not meet the request of another.
  let last = Promise.resolve();
  const inTurn = (task) => (last = last.then(task));
  const tools = { client, model, inTurn, spent: () => purse.spent() };
  const penalties = new Penalties();
  const curves = new Curves();
  const specimen = new Specimen(tools, {
    onSelect(chosen) {
      penalties.show(chosen);
      curves.show(chosen);
    },
  });
  main.append(
    part(
      "likely",
      "How likely each token was",
      "The redder, the less likely. Point at a token, or take the arrow keys, to see what else could have stood there.",
      specimen,
    ),
    part(
      "penalties",
      "What the penalties do",
      "By the formula of the API reference, on the distribution at the token chosen above, among its 20 likeliest. A line marks the share without penalties.",
      penalties,
    ),
    part(
      "temperature",
      "Temperature and top p",
      "The same distribution. A low temperature sharpens it, a high one flattens it; top p leaves out the tail.",
      curves,
    ),
    part(
      "seeds",
      "Two answers by one seed",
      "A seed makes an answer repeatable while the fingerprint of the server stays the same. Try 3 as the second one.",
      new Seeds(tools),
    ),
    part(
      "pieces",
      "A text as tokens",
      "Counted on this page, without a request, as the model's own tokenizer does it.",
      new Pieces(),
    ),
    part(
      "purse",
      "What it cost",
      "The Worker reserves the most that an answer can cost before it asks, and charges what it cost.",
      purse,
    ),
  );
  await ready;
  if ((await offers()).faults)
    main.append(
      part(
        "cuts",
        "A stream that breaks",
        "The stand-in breaks its answer on purpose. What had come stays, and the end is an error that says why, never a whole answer.",
        new Cuts(tools),
      ),
    );
  await inTurn(() => specimen.ask());
  main.dataset.ready = "";
}

const part = (name, title, words, { element: content }) =>
  element(
    "section",
    { id: `play-${name}`, className: "play" },
    element("h3", {}, title),
    element("p", { className: "play-words" }, words),
    content,
  );
