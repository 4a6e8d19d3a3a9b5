import { useAnswer } from "./useAnswer.js";

export function Chat() {
  const { answer, notice, busy, ask, stop } = useAnswer();
  const submit = (event) => {
    event.preventDefault();
    ask(new FormData(event.currentTarget).get("question"));
  };
  return (
    <>
      <form onSubmit={submit}>
        <label>
          Your question <input name="question" required />
        </label>
        <button type="submit">Ask</button>
        <button type="button" id="stop" onClick={stop} disabled={!busy}>
          Stop
        </button>
      </form>
      <p className="answer" aria-live="polite" aria-busy={busy}>
        {answer}
      </p>
      <p role="alert">{notice}</p>
    </>
  );
}
