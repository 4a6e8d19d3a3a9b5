//! What a model's name says: the date of a snapshot, the model under a fine-tuned one.

/// The model that was tuned: `gpt-4o-mini` of `ft:gpt-4o-mini:org::id`, and `curie` of
/// `curie:ft-org-2022-02-15`. `None` for a name of another kind.
pub fn base(id: &str) -> Option<&str> {
    if let Some(tuned) = id.strip_prefix("ft:") {
        return tuned.split(':').next().filter(|base| !base.is_empty());
    }
    id.split_once(":ft-")
        .map(|(base, _)| base)
        .filter(|base| !base.is_empty())
}

/// The name without the date of a snapshot (`-2024-08-06`, `-0613`), if it has one.
pub fn undated(id: &str) -> Option<&str> {
    let tail = |len: usize| {
        let (head, tail) = id.split_at_checked(id.len().checked_sub(len)?)?;
        (!head.is_empty()).then_some((head, tail.as_bytes()))
    };
    let fits = |tail: &[u8], form: &[u8]| {
        tail.iter().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            form => byte == form,
        })
    };
    for form in ["-0000-00-00", "-0000"] {
        if let Some((head, tail)) = tail(form.len())
            && fits(tail, form.as_bytes())
        {
            return Some(head);
        }
    }
    None
}
