// Markdown to DOM nodes. What a model writes is somebody else's text: it reaches the page only through
// DOMPurify's allow-list, as nodes and never as a string of HTML.

import DOMPurify from "dompurify";
import { Marked } from "marked";

const ALLOWED = {
  ALLOWED_TAGS: [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "details",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "input",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
  ],
  ALLOWED_ATTR: ["align", "checked", "class", "disabled", "href", "start", "title", "type"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
  // The pattern above is tried on every attribute's value but these.
  ADD_URI_SAFE_ATTR: ["align", "checked", "disabled", "start", "title", "type"],
  RETURN_DOM_FRAGMENT: true,
};

/** HTML that models write on purpose; it carries no attributes. */
const PLAIN_TAG = /<(\/?(?:b|br|del|details|i|kbd|mark|s|sub|summary|sup|u))\s*\/?>/gi;

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    // The page's own headings end at h2.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    // Other HTML is shown as the text that it is, so not even the inert document of the sanitiser parses it.
    html({ text }) {
      let end = 0;
      let html = "";
      for (const match of text.matchAll(PLAIN_TAG)) {
        html += `${escape(text.slice(end, match.index))}<${match[1]}>`;
        end = match.index + match[0].length;
      }
      return html + escape(text.slice(end));
    },
    // An image's address can carry the conversation to a stranger; the policy refuses to load it. It becomes a link.
    image({ href, text }) {
      return `<a href="${escape(href)}">${escape(text || href)}</a>`;
    },
  },
});

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.localName === "a") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  }
  // `class` is for the language of a code block, `input` for the box of a task list.
  if (node.localName !== "code" || !/^language-[\w+#.-]+$/.test(node.className))
    node.removeAttribute("class");
  if (node.localName === "input") {
    node.setAttribute("type", "checkbox");
    node.setAttribute("disabled", "");
    node.setAttribute("aria-label", node.hasAttribute("checked") ? "done" : "open");
  }
});

/** The top-level blocks of `text`. */
export const blocks = (text) => marked.lexer(text);

/** The blocks as sanitised nodes. */
export const render = (tokens) => DOMPurify.sanitize(marked.parser(tokens), ALLOWED);

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
