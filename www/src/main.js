// The page's parts, made and joined. Everything that talks to a server is in client.js and session.js.

import { announce } from "./announcer.js";
import { Budget } from "./budget.js";
import { Chat } from "./chat.js";
import { client } from "./client.js";
import { Composer } from "./composer.js";
import { Controls } from "./controls.js";
import { keep, kept } from "./keep.js";
import { Meter } from "./meter.js";
import { dollars } from "./money.js";
import { ModelChoice } from "./models.js";
import { Transcript } from "./transcript.js";
import { startTheme } from "./theme.js";
import { CodeBlock } from "./code.js";
import { startViews } from "./views.js";

const byId = (id) => document.getElementById(id);

startTheme(byId("theme"));

const welcome = byId("welcome");
const settings = byId("settings");
const controls = new Controls(byId("controls"), { onInvalid: () => settings.showPopover() });
const models = new ModelChoice({
  select: byId("model"),
  input: byId("model-id"),
  problem: byId("models-problem"),
});
const transcript = new Transcript(byId("transcript"), {
  latest: byId("latest"),
  onAgain: (turn) => chat.again(turn),
  onCut: () => chat.cut(),
});
let measuring = false;
let meter;
let restored = false;
const composer = new Composer(byId("composer"), {
  onAsk: (question) => chat.ask(question),
  onBusy: () => announce("Still answering. Your text stays; Escape ends the answer."),
  mayAsk: () => controls.report(),
  onStop: () => chat.stop(),
  onDraft: () => measure(),
});
const budget = new Budget(client, {
  onBalance({ left, limit }) {
    byId("budget").textContent = `${dollars(left)} of ${dollars(limit)} left today`;
    byId("budget").hidden = false;
  },
});
const chat = new Chat({
  client,
  budget,
  transcript,
  announce,
  parameters: () => ({ model: models.value, ...controls.values() }),
  systemPrompt: () => controls.systemPrompt,
  onChange: ({ busy, turns, tooLong }) => {
    composer.busy = busy;
    if (meter) meter.offeredElsewhere = tooLong;
    welcome.hidden = turns > 0;
    byId("new-chat").disabled = turns === 0;
    save();
  },
  onTooLong: (error, request) => meter.learn(error, request),
  onLeaveOut: () => meter.leaveOut(),
  onNewChat: () => newChat(),
});
meter = new Meter({
  line: byId("meter"),
  offer: byId("offer"),
  announce,
  request: () => ({
    model: models.value,
    ...controls.values(),
    messages: chat.messages(composer.text),
  }),
  onLeaveOut: (messages) => chat.leaveOut(messages),
});
// The tokenizer loads with the first key that is pressed.
function measure() {
  measuring ||= composer.text !== "";
  if (measuring) meter.update();
}

byId("starters").addEventListener("click", (event) => {
  const starter = event.target.closest("button");
  if (!starter) return;
  composer.text = starter.textContent;
  composer.send();
});

byId("new-chat").addEventListener("click", newChat);
function newChat() {
  chat.reset();
  composer.focus();
  announce("New chat.");
}

document.addEventListener("keydown", (event) => {
  // The first Escape closes the settings sheet, which the browser does by itself.
  if (event.key === "Escape" && !document.querySelector(":popover-open")) chat.stop();
});

// An answer goes on for a while without its page: a reload, or a return from the back/forward cache, reads it on.
addEventListener("pagehide", () => {
  save();
  chat.leave();
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) chat.goOn();
});

function save() {
  if (restored) keep({ turns: chat.record, draft: composer.text });
}
const { turns: keptTurns = [], draft: keptDraft = "" } = kept();
chat.restore(keptTurns);
composer.text = keptDraft;
restored = true;

const someModel = new Promise((resolve) => {
  models.onReady = () => {
    composer.ready = models.value !== "";
    if (models.value !== "") resolve();
  };
});
byId("controls").addEventListener("input", measure);
models.load(client);
budget.read();
startViews({
  nav: byId("views"),
  skip: byId("skip"),
  loaders: {
    playground: async (main) => {
      const { startPlayground } = await import("./playground/index.js");
      await startPlayground(main, { client, budget, model: () => models.value, ready: someModel });
    },
    code: (main) => main.querySelectorAll("pre").forEach((pre) => CodeBlock.wrap(pre)),
  },
});
composer.focus();
