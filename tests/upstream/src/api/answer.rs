//! Fixed answers, so that tests can assert exact text.

/// The answer that a prompt asks for word by word, if it does:
/// - it contains `say this is a test`: `This is a test!`, as in the API reference;
/// - it starts with `repeat:` or `echo`: the rest of it.
pub fn fixed(prompt: &str) -> Option<String> {
    let trimmed = prompt.trim_start();
    for prefix in ["repeat:", "echo:", "echo "] {
        let head = trimmed.get(..prefix.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            let rest = trimmed.get(prefix.len()..).unwrap_or_default();
            return Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned());
        }
    }
    prompt
        .to_lowercase()
        .contains("say this is a test")
        .then(|| "This is a test!".to_owned())
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn fixed_answers_are_exact() {
        for (prompt, answer) in [
            ("Say this is a test!", Some("This is a test!")),
            ("Please say THIS is a test.", Some("This is a test!")),
            ("repeat: a  b\nc ", Some("a  b\nc ")),
            ("Echo hello", Some("hello")),
            ("echo: é😀", Some("é😀")),
            ("What is a stream?", None),
            ("écho", None),
        ] {
            assert_eq!(fixed(prompt).as_deref(), answer, "{prompt}");
        }
    }
}
