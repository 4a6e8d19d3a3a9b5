//! Text as text, or as the tokens that it is made of.

text_or_lists! {
    /// What to complete or to embed: one input or several, as text or as token ids.
    enum TextInput, read as "a string, or a list of strings, tokens or token lists" {
        /// One text.
        Text,
        /// Several texts.
        Texts(String),
        /// One text as its tokens.
        Tokens(u32),
        /// Several texts as their tokens.
        TokenLists(Vec<u32>),
    }
}
