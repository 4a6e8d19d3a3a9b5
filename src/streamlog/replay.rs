//! Where a reader goes on.

use memchr::memchr_iter;

/// Where in these numbered events those after the event `after` begin. They begin with a whole event.
#[must_use]
pub fn events_after(events: &[u8], after: u64) -> usize {
    // A line begins with `id` in nothing but what numbers an event, since other ids are left out.
    let first = format!("id: {}\n", after.saturating_add(1));
    let begins = |at: &usize| {
        events
            .get(*at..)
            .is_some_and(|rest| rest.starts_with(first.as_bytes()))
    };
    let lines = std::iter::once(0).chain(memchr_iter(b'\n', events).map(|end| end + 1));
    if let Some(at) = lines.into_iter().find(begins) {
        return at;
    }
    match number_of(events) {
        // It ended before these events.
        Some(number) if number > after => 0,
        _ => events.len(),
    }
}

/// The number of the first event.
fn number_of(events: &[u8]) -> Option<u64> {
    let line = events.strip_prefix(b"id: ")?;
    let end = memchr::memchr(b'\n', line)?;
    std::str::from_utf8(line.get(..end)?).ok()?.parse().ok()
}

/// An event of this number that says an error, whose body is JSON.
#[must_use]
pub fn error_event(number: u64, body: &str) -> String {
    format!("id: {number}\ndata: {body}\n\n")
}
