import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

import { Chat } from "./Chat.jsx";

function App() {
  const [open, setOpen] = useState(true);
  return (
    <>
      <button type="button" id="toggle" onClick={() => setOpen(!open)}>
        {open ? "Close the chat" : "Open the chat"}
      </button>
      {open && <Chat />}
    </>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
